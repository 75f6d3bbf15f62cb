import { z } from 'zod';
import type { Instant } from '../../shared/time.ts';
import type { OrganisationUsageQuery } from '../pipeline-types.ts';
import { instant } from './fields.ts';
import { licenceType, pageQuery, parseQuery, RECORD_FORMATS, type RecordFormat } from './query.ts';

const DAY_MS = 86_400_000;

export const organisationUsageQuery = pageQuery.extend({
  from: instant.optional(),
  to: instant.optional(),
  licenceType: licenceType.optional(),
  format: z.enum(RECORD_FORMATS).optional(),
});

/** Without a range: the last day. @throws RefusedInput, code `invalid_query` */
export function parseOrganisationUsageQuery(search: URLSearchParams, now: Instant): OrganisationUsageQuery & { format?: RecordFormat } {
  const { from: given, to = Math.max(now, given ?? now), ...rest } = parseQuery(organisationUsageQuery, search);
  return { from: given ?? to - DAY_MS, to, ...rest };
}
