import { z } from 'zod';
import type { PeakQuery } from '../../shared/bill.ts';
import { instant, name } from './fields.ts';
import { licenceType, parseQuery, wholeNumber } from './query.ts';

const period = z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, { message: 'must be the month in which the period starts, like 2026-11' });
export const billingQuery = z.strictObject({ period: period.optional() });

/** @throws RefusedInput, code `invalid_query` */
export const parseBillingQuery = (search: URLSearchParams): { period?: string } => parseQuery(billingQuery, search);

export const comparisonQuery = z.strictObject({ period: period.optional(), source: name.optional() });

/** @throws RefusedInput, code `invalid_query` */
export const parseComparisonQuery = (search: URLSearchParams): { period?: string; source?: string } => parseQuery(comparisonQuery, search);

/** A period in the path. @throws RefusedInput, code `invalid_query` */
export const parsePeriod = (name: string): string => parseQuery(z.strictObject({ period }), new URLSearchParams({ period: name })).period;

export const statementQuery = z.strictObject({ revision: wholeNumber(1_000_000).optional() });

/** @throws RefusedInput, code `invalid_query` */
export const parseStatementQuery = (search: URLSearchParams): { revision?: number } => parseQuery(statementQuery, search);

export const peakQuery = z.strictObject({ licenceType, from: instant, to: instant });

/** @throws RefusedInput, code `invalid_query` */
export const parsePeakQuery = (search: URLSearchParams): PeakQuery => parseQuery(peakQuery, search);
