/** The end of a batch: the state that it leaves, written beside the entries in the same transaction. */
import { closeBuckets } from '../usage/type-usage.ts';
import type { Batch } from './batch.ts';
import { chainRecords } from './chain.ts';
import { noteDays } from './day-contents.ts';
import { closeHours } from './hours.ts';
import { fileIds } from './idempotency.ts';
import { writeMarks } from './marks.ts';
import { isEverythingKept, type Organisation, type OrganisationCounters } from './organisation.ts';
import { dropPacks } from './packs.ts';
import { noteLateEntries } from './statements.ts';
import { copyType, sameType, storeSession, storeType } from './stored.ts';

export function finishBatch(batch: Batch): void {
  const { books, draft } = batch;
  dropPacks(batch);
  writeMarks(batch);
  fileIds(batch);
  for (const [id, types] of batch.changed) {
    const organisation = books.organisations.get(id) as Organisation;
    writeSessions(batch, organisation);
    for (const type of types) writeType(batch, organisation, type);
    noteDays(batch, id);
    noteLateEntries(batch, organisation);
    chainRecords(batch, organisation);
    draft.put('states', [id], countersOf(organisation));
    if (organisation.isNew && organisation.versions.length === 0 && !draft.get('organisations', [id])) draft.put('organisations', [id], []);
    organisation.isNew = false;
  }
  draft.put('meta', ['seq'], books.seq);
  draft.put('meta', ['receipt'], books.receipt);
  draft.put('meta', ['lastCommitAt'], batch.now);
}

function writeSessions(batch: Batch, organisation: Organisation): void {
  for (const [user, devices] of batch.sessions.get(organisation.id) ?? []) {
    for (const device of devices) {
      const session = organisation.users.get(user)?.devices.get(device);
      const key = [organisation.id, user, device];
      if (session) batch.draft.put('sessions', key, storeSession(organisation, user, session));
      else batch.draft.remove('sessions', key);
    }
  }
}

function writeType(batch: Batch, organisation: Organisation, type: string): void {
  const state = organisation.types.get(type);
  if (!state) return;
  const { usage } = state;
  const firstChanged = batch.buckets.get(organisation.id)?.get(type) ?? Number.POSITIVE_INFINITY;
  for (const bucket of usage.open) {
    // A change also shifts the levels of every later bucket.
    if (bucket.start >= firstChanged) batch.draft.put('buckets', [organisation.id, type, bucket.start], bucket.whole);
  }
  const closed = closeBuckets(usage);
  const [oldest] = usage.open;
  if (oldest) closeHours(batch, organisation, type, closed, oldest.start);
  // Who comes or goes is in the bucket: the row itself changes every few minutes.
  const stored = storeType(usage);
  if (state.written && sameType(state.written, stored)) return;
  state.written = copyType(stored);
  batch.draft.put('types', [organisation.id, type], state.written);
}

function countersOf(organisation: Organisation): OrganisationCounters {
  const { anomalies, lastEventAt, timersRunTo, newestAt, lastSweepAt, sinceMark, ahead, kept, chainHash, openLink, billsReadTo } =
    organisation;
  const counters = { anomalies, lastEventAt, timersRunTo, newestAt, lastSweepAt, sinceMark, ahead, chainHash };
  const { to, holes, waiting } = organisation.packed;
  return {
    ...counters,
    packed: { to, holes, waiting },
    ...(openLink && { openLink }),
    ...(!isEverythingKept(kept) && { kept: { ...kept } }),
    ...(billsReadTo !== undefined && { billsReadTo }),
  };
}
