import { z } from 'zod';
import type { PeakQuery } from '../../shared/bill.ts';
import { instant } from './fields.ts';
import { licenceType, parseQuery } from './query.ts';

export const billingQuery = z.strictObject({
  period: z
    .string()
    .regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, { message: 'must be the month in which the period starts, like 2026-11' })
    .optional(),
});

/** @throws RefusedInput, code `invalid_query` */
export const parseBillingQuery = (search: URLSearchParams): { period?: string } => parseQuery(billingQuery, search);

export const peakQuery = z.strictObject({ licenceType, from: instant, to: instant });

/** @throws RefusedInput, code `invalid_query` */
export const parsePeakQuery = (search: URLSearchParams): PeakQuery => parseQuery(peakQuery, search);
