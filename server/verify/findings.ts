/** What `verify` finds: where the books and what was derived from them disagree. */
import type { Key, TableName } from '../store/store.ts';

export interface Difference {
  /** Null where the row belongs to no organisation. */
  organisation: string | null;
  table: TableName;
  key: Key;
  /** What the entries say; undefined: there should be nothing. */
  expected: unknown;
  found: unknown;
}

export interface Findings {
  organisations: number;
  entries: number;
  records: number;
  /** All differences there are; only the first are listed. */
  count: number;
  differences: Difference[];
}

/** Enough to see what is wrong; a store that is wrong everywhere must not fill the memory. */
const LISTED = 1_000;

export interface Finder {
  readonly findings: Findings;
  /** Notes a difference unless the two say the same. `found` undefined: the row is missing. */
  expect(organisation: string | null, table: TableName, key: Key, expected: unknown, found: unknown): void;
}

export function createFinder(): Finder {
  const findings: Findings = { organisations: 0, entries: 0, records: 0, count: 0, differences: [] };
  return {
    findings,
    expect(organisation, table, key, expected, found) {
      if (same(expected, found)) return;
      findings.count++;
      if (findings.differences.length < LISTED) findings.differences.push({ organisation, table, key, expected, found });
    },
  };
}

/** Rows hold numbers, strings, null, lists and plain objects. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || (a === 0 && b === 0)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
