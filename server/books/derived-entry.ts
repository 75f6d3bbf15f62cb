import type { Batch } from './batch.ts';
import type { Entry, EntryKind } from './entry.ts';

/** The entry of something that no event brought: a timer, or a logout of everybody as it met one user. */
export function derivedEntry(batch: Batch, kind: EntryKind, user: string, device: string, source: string): Entry {
  return {
    kind,
    user,
    device,
    source,
    receivedAt: batch.now,
    reason: null,
    id: null,
    licences: null,
    leaseMs: null,
    flags: null,
    records: [],
    superseded: null,
  };
}
