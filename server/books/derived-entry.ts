import { CONNECTION_LOST, REFRESH_CONTINGENCY, SCHEDULED_LOG_OFF } from '../../shared/catalogue.ts';
import type { Batch } from './batch.ts';
import type { Entry } from './entry.ts';

/** What ends sessions or places users anew without an event of theirs. */
export type Cause = Pick<Entry, 'kind' | 'source' | 'id' | 'flags'>;

const timer = (kind: Entry['kind'], source: string): Cause => ({ kind, source, id: null, flags: null });
export const LEASE_END = timer('lease-end', CONNECTION_LOST);
export const LOG_OFF = timer('scheduled-log-off', SCHEDULED_LOG_OFF);
export const REFRESH = timer('refresh', REFRESH_CONTINGENCY);

/** The entry of something that no event brought: a timer, or a logout of everybody as it met one user. */
export function derivedEntry(batch: Batch, user: string, device: string, { kind, source, id, flags }: Cause): Entry {
  return {
    kind,
    user,
    device,
    source,
    receivedAt: batch.now,
    reason: null,
    id,
    licences: null,
    leaseMs: null,
    flags,
    records: [],
    superseded: null,
  };
}
