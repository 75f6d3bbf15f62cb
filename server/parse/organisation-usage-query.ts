import type { Instant } from '../../shared/time.ts';
import type { OrganisationUsageQuery } from '../pipeline-types.ts';
import { instant } from './fields.ts';
import { type FileQuery, fileQuery, licenceType, pageQuery, parseQuery } from './query.ts';

const DAY_MS = 86_400_000;

export const organisationUsageQuery = pageQuery.extend({
  from: instant.optional(),
  to: instant.optional(),
  licenceType: licenceType.optional(),
  ...fileQuery,
});

/** Without a range: the last day. @throws RefusedInput, code `invalid_query` */
export function parseOrganisationUsageQuery(search: URLSearchParams, now: Instant): OrganisationUsageQuery & FileQuery {
  const { from: given, to = Math.max(now, given ?? now), ...rest } = parseQuery(organisationUsageQuery, search);
  return { from: given ?? to - DAY_MS, to, ...rest };
}
