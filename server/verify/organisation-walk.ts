/** One organisation's entries walked through once, in the order of the books, with everything that is kept beside them compared. */
import { getOrMake } from '../../shared/maps.ts';
import type { StoredAnomaly } from '../books/anomalies.ts';
import { applyEntry } from '../books/apply-entry.ts';
import { type DayContents, dayOf } from '../books/day-contents.ts';
import { type Entry, type EntryRecord, isEvent, levelChange, type Position, poolName, positionOf, userEntryKey } from '../books/entry.ts';
import { REMEMBERED_MS } from '../books/idempotency.ts';
import { isEdge } from '../books/kept-records.ts';
import {
  createOrganisation,
  type Organisation,
  type OrganisationCounters,
  type Settings,
  settingsAt,
  typeState,
  userState,
} from '../books/organisation.ts';
import {
  restoreHolding,
  restoreSession,
  type StoredSession,
  type StoredType,
  type StoredUser,
  storeSession,
  storeUser,
} from '../books/stored.ts';
import { acquire, giveBack, type Pools } from '../licensing/pools.ts';
import { type Downtime, leaseEnd } from '../licensing/sessions.ts';
import type { Version } from '../licensing/versions.ts';
import { compareKeys } from '../store/keys.ts';
import { AFTER_NAMES, below, type Key, type Reader, type Row } from '../store/store.ts';
import type { Levels } from '../usage/levels.ts';
import { ChainCheck } from './chain-check.ts';
import type { Finder } from './findings.ts';
import type { Numbers } from './numbers.ts';
import { TypeLine } from './type-line.ts';

export interface WalkParts {
  disk: Reader;
  finder: Finder;
  numbers: Numbers;
  downtimes: readonly Downtime[];
  /** Instant of the newest commit. */
  lastCommitAt: number;
  onEntry(): void;
}

export function walkOrganisation(parts: WalkParts, id: string): void {
  const counters = parts.disk.get<OrganisationCounters>('states', [id]);
  const versions = parts.disk.get<Version<Settings>[]>('organisations', [id]) ?? [];
  if (!counters) {
    parts.finder.expect(id, 'states', [id], 'the state of the organisation', undefined);
    return;
  }
  new OrganisationWalk(parts, createOrganisation(id, versions, counters)).run(counters);
}

class OrganisationWalk {
  readonly #parts: WalkParts;
  readonly #organisation: Organisation;
  readonly #lines = new Map<string, TypeLine>();
  readonly #marks: Iterator<Row<[string, number][]>>;
  #mark: Row<[string, number][]> | undefined;
  readonly #chain: ChainCheck;
  #day: { day: number; contents: DayContents | undefined } = { day: Number.NaN, contents: undefined };
  #noOpenSession = 0;
  #sweeps = 0;

  constructor(parts: WalkParts, organisation: Organisation) {
    this.#parts = parts;
    this.#organisation = organisation;
    this.#chain = new ChainCheck(parts.disk, parts.finder, organisation.id, organisation.openLink);
    this.#marks = parts.disk.range<[string, number][]>('marks', this.#below())[Symbol.iterator]();
    this.#nextMark();
  }

  /** What was open before the first entry that is kept. */
  #beginAtEdge(): void {
    const { id, kept } = this.#organisation;
    if (kept.entries === Number.NEGATIVE_INFINITY) return;
    for (const { key, value } of this.#parts.disk.range<StoredUser>('userEntries', below(id))) {
      if (!isEdge(key, 2)) continue;
      const user = key[1] as string;
      for (const [device, session] of value) {
        userState(this.#organisation, user).devices.set(device, restoreSession(device, session));
        for (const holding of session.holdings) restoreHolding(typeState(this.#organisation, holding.type).pools, user, holding);
      }
    }
    for (const [type, { pools }] of this.#organisation.types) this.#line(type).begin(levelsOf(pools));
  }

  run({ newestAt, anomalies, timersRunTo }: OrganisationCounters): void {
    const { disk } = this.#parts;
    const { id } = this.#organisation;
    let newest = Number.NEGATIVE_INFINITY;
    this.#beginAtEdge();
    for (const { key, value } of disk.range<Entry>('entries', this.#below())) {
      const position = positionOf(key, 1);
      this.#compareMarks(key);
      this.#walkEntry(key, position, value);
      newest = Math.max(newest, position.at);
      this.#parts.onEntry();
    }
    this.#compareMarks(null);
    if (newest > newestAt) this.#expect('states', [id], { newestAt: newest }, { newestAt });
    for (const { key } of disk.range('types', below(id))) this.#line(key[1] as string);
    for (const line of this.#lines.values()) line.finish();
    this.#compareSessions(timersRunTo);
    this.#compareAnomalies(anomalies);
    this.#compareIndexes();
    this.#chain.finish(this.#organisation.kept.entries, this.#organisation.chainHash);
  }

  #walkEntry(key: Key, position: Position, entry: Entry): void {
    const { findings } = this.#parts.finder;
    findings.entries++;
    for (const record of [...entry.records, ...(entry.superseded ?? [])]) {
      findings.records++;
      this.#chain.note(position, entry, record);
      if (!this.#parts.numbers.add(record.seq)) this.#expect('entries', key, `record ${record.seq} once`, `record ${record.seq} twice`);
    }
    this.#compareDay(position, entry);
    if (entry.reason !== null) this.#expectRow('anomalies', [this.#organisation.id, position.at, position.receipt, entry.reason]);
    if (entry.reason === 'no_open_session') this.#noOpenSession++;
    if (isEvent(entry) && entry.id !== null && entry.receivedAt > this.#parts.lastCommitAt - REMEMBERED_MS) {
      this.#expectRow('ids', [this.#organisation.id, entry.id]);
    }
    if (entry.user === '') {
      this.#sweeps++;
      this.#expectRow('sweeps', [this.#organisation.id, position.at, position.receipt]);
      return;
    }
    // A timer that turned out not to have acted keeps its superseded records, and does nothing.
    if (isEvent(entry) || entry.records.length > 0) this.#play(key, position, entry);
    this.#compareUser(position, entry.user);
  }

  /** Days without a row have entries from before there were such rows. */
  #compareDay({ at }: Position, { source, records, superseded }: Entry): void {
    const day = dayOf(at);
    const key = [this.#organisation.id, day];
    if (this.#day.day !== day) this.#day = { day, contents: this.#parts.disk.get<DayContents>('dayContents', key) };
    const { contents } = this.#day;
    if (!contents) return;
    if (!contents.sources.includes(source)) this.#expect('dayContents', key, source, contents.sources);
    for (const { type, pool } of [...records, ...(superseded ?? [])]) {
      if (!contents.types.includes(type)) this.#expect('dayContents', key, type, contents.types);
      if (!contents.pools.includes(pool)) this.#expect('dayContents', key, pool, contents.pools);
    }
  }

  /** What the entry does to its user's sessions must be what its records say; then what these do to the pools. */
  #play(key: Key, position: Position, entry: Entry): void {
    const state = userState(this.#organisation, entry.user);
    const acquires = entry.records.filter((record) => record.acquired).map((record) => record.type);
    const { movements, reason } = applyEntry(this.#organisation, state.devices, position, entry, acquires);
    if (entry.kind !== 'refresh') {
      const moved = movements.map(({ acquired, type, session, since }) => ({ acquired, type, session, since }));
      const said = entry.records.map(({ acquired, type, session, since }) => ({ acquired, type, session, since }));
      this.#expect('entries', key, { reason, records: moved }, { reason: entry.reason, records: said });
    }
    for (const record of entry.records) {
      this.#settle(key, position, entry, record);
      const by = levelChange(entry.kind, record);
      if (by) this.#line(record.type).change(position.at, by);
    }
  }

  #settle(key: Key, position: Position, { kind, user }: Entry, record: EntryRecord): void {
    const { pools } = typeState(this.#organisation, record.type);
    const pool = poolName(record.pool);
    const held = pools.stays.get(user);
    if (kind === 'refresh') {
      if (held && record.acquired) {
        pools.used[held.pool]--;
        pools.used[pool]++;
        held.pool = pool;
      } else this.#expect('entries', key, held?.pool, pool);
      return;
    }
    if (!record.acquired && !held) {
      this.#expect('entries', key, `nothing to give back of ${record.type}`, record);
      return;
    }
    const sizes = settingsAt(this.#organisation, position.at).entitlements.get(record.type);
    const settled = record.acquired ? acquire(pools, user, position.at, position.receipt, sizes) : giveBack(pools, user);
    const { stay } = settled;
    const elsewhere = !record.acquired && settled.turned && (stay.at !== record.since || stay.receipt !== record.session);
    this.#expect(
      'entries',
      key,
      { seq: record.seq, pool: settled.pool, turned: settled.turned, stay: elsewhere ? [stay.at, stay.receipt] : null },
      { seq: record.seq, pool, turned: record.turned, stay: record.stay },
    );
  }

  /** The index of the user's entries, and the state that it carries now and then. */
  #compareUser(position: Position, user: string): void {
    const key = userEntryKey(this.#organisation.id, user, position);
    const row = this.#parts.disk.get<StoredUser | 0>('userEntries', key);
    const { devices } = userState(this.#organisation, user);
    if (row === undefined) this.#expect('userEntries', key, 0, undefined);
    else if (row !== 0) this.#expect('userEntries', key, sorted(storeUser(this.#organisation, user, devices)), sorted(row));
    if (devices.size === 0) this.#organisation.users.delete(user);
  }

  #compareMarks(next: Key | null): void {
    for (; this.#mark && (next === null || compareKeys(this.#mark.key, next) < 0); this.#nextMark()) {
      const found = Object.fromEntries(this.#mark.value.filter(([, level]) => level !== 0));
      const levels = [...this.#lines].map(([type, { level }]): [string, number] => [type, level[0]]);
      this.#expect('marks', this.#mark.key, Object.fromEntries(levels.filter(([, level]) => level !== 0)), found);
    }
  }

  #nextMark(): void {
    const next = this.#marks.next();
    this.#mark = next.done ? undefined : next.value;
  }

  #compareSessions(timersRunTo: number): void {
    const { disk, downtimes } = this.#parts;
    const { id, users } = this.#organisation;
    for (const [user, { devices }] of users) {
      for (const session of devices.values()) {
        const key = [id, user, session.device];
        this.#expect('sessions', key, storeSession(this.#organisation, user, session), disk.get<StoredSession>('sessions', key));
        const end = leaseEnd(session, downtimes);
        if (end !== null && end <= timersRunTo) this.#expect('sessions', key, { endedAt: end }, { stillOpenAt: timersRunTo });
      }
    }
    for (const { key, value } of disk.range<StoredSession>('sessions', below(id))) {
      if (!users.get(key[1] as string)?.devices.has(key[2] as string)) this.#expect('sessions', key, undefined, value);
    }
  }

  #compareAnomalies(counted: number): void {
    const { id } = this.#organisation;
    let listed = 0;
    for (const { key, value } of this.#parts.disk.range<StoredAnomaly>('anomalies', this.#below())) {
      const [, at, receipt, kind] = key as [string, number, number, string];
      if (kind !== 'no_open_session' && kind !== 'nothing_to_acquire') continue;
      if (kind === 'no_open_session') listed++;
      const [entry] = this.#parts.disk.range<Entry>('entries', { start: [id, at, 4, receipt], end: [id, at, 4, receipt + 1], limit: 1 });
      if (entry?.value.reason !== kind) this.#expect('anomalies', key, undefined, value);
    }
    const gone = this.#organisation.kept.anomalies;
    if (counted !== listed + gone || listed !== this.#noOpenSession) {
      this.#expect('states', [id], { anomalies: this.#noOpenSession + gone }, { anomalies: counted, listed });
    }
  }

  /** Rows that point to entries which are not there. */
  #compareIndexes(): void {
    const { disk } = this.#parts;
    const { id } = this.#organisation;
    for (const { key, value } of disk.range('userEntries', below(id))) {
      if (isEdge(key, 2)) continue;
      if (disk.get('entries', [id, ...key.slice(2)]) === undefined) this.#expect('userEntries', key, undefined, value);
    }
    let sweeps = 0;
    for (const { key, value } of disk.range('sweeps', this.#below())) {
      sweeps++;
      if (disk.get('entries', [id, key[1] as number, 4, key[2] as number]) === undefined) this.#expect('sweeps', key, undefined, value);
    }
    if (sweeps < this.#sweeps) this.#expect('sweeps', [id], this.#sweeps, sweeps);
    const types = new Set([...disk.range<StoredType>('types', below(id))].map(({ key }) => key[1] as string));
    for (const table of ['buckets', 'hours'] as const) this.#compareTypesOf(table, types);
  }

  /** A type without a row has no buckets. One key of each is looked at. */
  #compareTypesOf(table: 'buckets' | 'hours', types: ReadonlySet<string>): void {
    const { id } = this.#organisation;
    let start: Key = [id];
    for (;;) {
      const [row] = this.#parts.disk.range(table, { start, end: [id, AFTER_NAMES], limit: 1 });
      if (!row) return;
      const type = row.key[1] as string;
      if (!types.has(type) && !this.#lines.has(type)) this.#expect(table, row.key, undefined, row.value);
      start = [id, type, AFTER_NAMES];
    }
  }

  #line(type: string): TypeLine {
    return getOrMake(this.#lines, type, () => new TypeLine(this.#parts.disk, this.#parts.finder, this.#organisation, type));
  }

  #below() {
    return { start: [this.#organisation.id], end: [this.#organisation.id, AFTER_NAMES] };
  }

  #expect(table: Parameters<Finder['expect']>[1], key: Key, expected: unknown, found: unknown): void {
    this.#parts.finder.expect(this.#organisation.id, table, key, expected, found);
  }

  #expectRow(table: Parameters<Finder['expect']>[1], key: Key): void {
    if (this.#parts.disk.get(table, key) === undefined) this.#expect(table, key, 'a row', undefined);
  }
}

const sorted = (user: StoredUser): StoredUser => user.toSorted(([a], [b]) => (a < b ? -1 : 1));

function levelsOf({ used, stays }: Pools): Levels {
  return [stays.size, used.concurrent, used.contingency, used['over-limit']];
}
