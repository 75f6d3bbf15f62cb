/** Sentences and pages are British English, and so are their numbers, whatever the browser speaks: `1.234` must not be read as a fraction. */
export const LOCALE = 'en-GB';

const amounts = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });

/** `4,760`, `1.33`. Money is of whatever currency the prices are in. */
export const formatAmount = (amount: number): string => amounts.format(amount);
