import { LOCALE } from '../../shared/numbers.ts';

const counts = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

const averages = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const formatCount = (value: number): string => counts.format(value);

/** `1,234.5`, a whole one as `12.0`: in a column of levels it must be seen which is a mean. */
export const formatAverage = (value: number): string => averages.format(value);

/** `1 user`, `2 users`. */
export const countOf = (value: number, one: string, many = `${one}s`): string => `${formatCount(value)} ${value === 1 ? one : many}`;
