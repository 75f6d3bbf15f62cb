import { z } from 'zod';
import { type HistoryQuery, RESOLUTIONS, type Resolution } from '../../shared/history.ts';
import type { Instant } from '../../shared/time.ts';
import { instant } from './fields.ts';
import { type FileQuery, fileQuery, licenceType, parseQuery } from './query.ts';
import { Problems } from './refusal.ts';

const DAY_MS = 86_400_000;
/** Buckets of a type in one answer: thirteen months of five minutes. */
export const MOST_BUCKETS = 120_000;

/** Whatever is asked about it. */
export const LONGEST_MS = 100 * 366 * DAY_MS;

const LENGTH_MS: Record<Resolution, number> = { '5m': 300_000, '1h': 3_600_000, '1d': DAY_MS, billing: 28 * DAY_MS };
/** How far back an answer goes that nobody gave a start. */
const USUAL_MS: Record<Resolution, number> = { '5m': DAY_MS, '1h': 7 * DAY_MS, '1d': 31 * DAY_MS, billing: 396 * DAY_MS };

export const historyQuery = z.strictObject({
  from: instant.optional(),
  to: instant.optional(),
  resolution: z.enum(RESOLUTIONS).default('5m'),
  licenceType: licenceType.optional(),
  ...fileQuery,
});

/** @throws RefusedInput, code `invalid_query` */
export function parseHistoryQuery(search: URLSearchParams, now: Instant): HistoryQuery & FileQuery {
  const { from: given, to = Math.max(now, given ?? now), resolution, ...rest } = parseQuery(historyQuery, search);
  const from = given ?? to - USUAL_MS[resolution];
  const problems = new Problems();
  if ((to - from) / LENGTH_MS[resolution] > MOST_BUCKETS) {
    problems.add({
      path: 'resolution',
      message: `gives more than ${MOST_BUCKETS} buckets a licence type in this range; take a longer one`,
    });
  }
  if (to - from > LONGEST_MS) problems.add({ path: 'from', message: 'lies more than a hundred years before the end' });
  problems.throwIfAny('invalid_query', 'The query was refused');
  return { from, to, resolution, ...rest };
}
