import { LOCALE } from '../../shared/numbers.ts';

const counts = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

export const formatCount = (value: number): string => counts.format(value);

/** `1 user`, `2 users`. */
export const countOf = (value: number, one: string, many = `${one}s`): string => `${formatCount(value)} ${value === 1 ? one : many}`;
