import type { Instant } from '../../shared/time.ts';
import type { OrganisationUsageQuery } from '../pipeline-types.ts';
import { instant } from './fields.ts';
import { MOST_BUCKETS } from './history-query.ts';
import { type FileQuery, fileQuery, licenceType, pageQuery, parseQuery } from './query.ts';
import { RefusedInput } from './refusal.ts';

const DAY_MS = 86_400_000;
const BUCKET_MS = 300_000;

export const organisationUsageQuery = pageQuery.extend({
  from: instant.optional(),
  to: instant.optional(),
  licenceType: licenceType.optional(),
  ...fileQuery,
});

/** Without a range: the last day. As long as history of five minutes. @throws RefusedInput, code `invalid_query` */
export function parseOrganisationUsageQuery(search: URLSearchParams, now: Instant): OrganisationUsageQuery & FileQuery {
  const { from: given, to = Math.max(now, given ?? now), ...rest } = parseQuery(organisationUsageQuery, search);
  const from = given ?? to - DAY_MS;
  if ((to - from) / BUCKET_MS > MOST_BUCKETS) {
    const message = `gives more than ${MOST_BUCKETS} rows a licence type; take a shorter range`;
    throw new RefusedInput('invalid_query', 'The query was refused', [{ path: 'from', message }]);
  }
  return { from, to, ...rest };
}
