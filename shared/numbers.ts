/** Sentences and pages are British English, and so are their numbers, whatever the browser speaks: `1.234` must not be read as a fraction. */
export const LOCALE = 'en-GB';

const amounts = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });

const money = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** `4,760`, `397.50`; of whatever currency the prices are in. */
export const formatMoney = (amount: number): string => money.format(amount).replace(/\.00$/, '');

/** `4,760`, `1.33` */
export const formatAmount = (amount: number): string => amounts.format(amount);
