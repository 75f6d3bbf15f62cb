/** The page is written in British English, and so are its numbers, whatever the browser speaks: `1.234` must not be read as a fraction. */
export const LOCALE = 'en-GB';

const counts = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

export const formatCount = (value: number): string => counts.format(value);

const amounts = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });

/** Of whatever currency the prices are in. */
export const formatMoney = (amount: number): string => amounts.format(amount);

/** `1 user`, `2 users`. */
export const countOf = (value: number, one: string, many = `${one}s`): string => `${formatCount(value)} ${value === 1 ? one : many}`;
