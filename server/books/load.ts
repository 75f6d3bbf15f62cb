/** From disk to memory: what start-up reads is what is open now, never the history. */
import type { Grants } from '../licensing/assignment.ts';
import { emptyPools } from '../licensing/pools.ts';
import type { Downtime } from '../licensing/sessions.ts';
import { leaseEnd } from '../licensing/sessions.ts';
import type { Version } from '../licensing/versions.ts';
import { below, type Reader } from '../store/store.ts';
import type { Stretch } from '../usage/levels.ts';
import { OpenBucket } from '../usage/open-bucket.ts';
import type { Books, Effort } from './batch.ts';
import {
  countSessions,
  createOrganisation,
  type Organisation,
  type OrganisationCounters,
  type Settings,
  typeState,
  userState,
} from './organisation.ts';
import type { PackingPace } from './packs.ts';
import { restoreRecomputation, type StoredRecomputation } from './recomputation.ts';
import { levelOf, restoreHolding, restoreSession, type StoredSession, type StoredType } from './stored.ts';

export function loadBooks(disk: Reader, grants: Grants, effort: Effort, pace: PackingPace): Books {
  const downtimes = [...disk.range<number>('downtimes', {})].map(({ key, value }): Downtime => ({ from: key[0] as number, until: value }));
  const books: Books = {
    organisations: new Map(),
    grants,
    downtimes,
    effort,
    pace,
    seq: disk.get<number>('meta', ['seq']) ?? 0,
    receipt: disk.get<number>('meta', ['receipt']) ?? 0,
  };
  for (const { key, value } of disk.range<Version<Settings>[]>('organisations', {})) {
    const id = key[0] as string;
    const counters = disk.get<OrganisationCounters>('states', [id]);
    if (counters) books.organisations.set(id, createOrganisation(id, value, counters));
  }
  for (const organisation of books.organisations.values()) {
    organisation.isNew = false;
    loadTypes(disk, organisation);
    loadSessions(disk, organisation, downtimes);
    loadRecomputations(disk, organisation);
  }
  return books;
}

function loadTypes(disk: Reader, organisation: Organisation): void {
  for (const { key, value } of disk.range<StoredType>('types', below(organisation.id))) {
    const type = key[1] as string;
    const { day, period, openFrom, crossed = 0 } = value;
    const buckets =
      openFrom === null
        ? []
        : [...disk.range<Stretch>('buckets', { start: [organisation.id, type, openFrom], end: [organisation.id, type, Infinity] })];
    const open = buckets.map((row) => row.value);
    const usage = { level: levelOf(value, open), day, period, crossed, open: open.map((stretch) => new OpenBucket(stretch)) };
    organisation.types.set(type, { pools: emptyPools(), usage, written: null });
  }
}

function loadSessions(disk: Reader, organisation: Organisation, downtimes: readonly Downtime[]): void {
  for (const { key, value } of disk.range<StoredSession>('sessions', below(organisation.id))) {
    const [, user, device] = key as [string, string, string];
    const session = restoreSession(device, value);
    const state = userState(organisation, user);
    state.devices.set(device, session);
    countSessions(organisation, user, state);
    for (const holding of value.holdings) restoreHolding(typeState(organisation, holding.type).pools, user, holding);
    const at = leaseEnd(session, downtimes);
    if (at === null) continue;
    organisation.armed.set(session.id, at);
    organisation.leases.push({ at, user, device, session: session.id, since: session.since });
  }
}

function loadRecomputations(disk: Reader, organisation: Organisation): void {
  for (const { key, value } of disk.range<StoredRecomputation>('recomputations', below(organisation.id))) {
    restoreRecomputation(organisation, key[1] as string | undefined, value);
  }
}
