/** More than any site buys; keeps a slip of the finger from the books. The daemon has the last word. */
export const MOST_PER_ENTITLEMENT = 10_000_000;
