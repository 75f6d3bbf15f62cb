/** Who was counted at given instants, and whose login made each: found in what is given back after them. */
import type { Holder, Tip } from '../../shared/bill.ts';
import { getOrMake } from '../../shared/maps.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import { type Entry, type EntryRecord, type Position, positionOf } from '../books/entry.ts';
import { devicesOf, type Shape, usersOf } from '../books/pack.ts';
import type { StoredHolding, StoredSession } from '../books/stored.ts';
import { levelsBefore } from '../reports/entry-levels.ts';
import { PackCursor } from '../reports/pack-cursor.ts';
import { type PackedPiece, packedPieces } from '../reports/packed-pieces.ts';
import type { ReportScope } from '../reports/scope.ts';
import { createEffort, type Effort, pagedRows, type Work } from '../reports/work.ts';
import { AFTER_NAMES } from '../store/store.ts';
import type { Levels } from '../usage/levels.ts';

/** An instant at which somebody wants to know who held a licence type. */
export interface Moment {
  type: string;
  at: Instant;
}

export interface MomentHolders {
  tippedBy: Tip | null;
  /** The longest first. */
  holders: Holder[];
}

export const momentKey = ({ type, at }: Moment): string => `${at} ${type}`;

/** Entries between two looks whether anybody is still sought. */
const LOOK_EVERY = 256;

interface Found {
  /** Null while only some of the user's devices have been found. */
  since: Instant | null;
  devices: Set<string>;
}

class HolderSearch {
  readonly type: string;
  readonly at: Instant;
  /** So many were in use after everything at the instant. */
  readonly #sought: number;
  readonly #holders = new Map<string, Found>();
  #complete = 0;
  /** Who came at the very instant, and is still there after everything at it. */
  readonly #tips = new Map<string, Tip & { receipt: number }>();

  constructor({ type, at }: Moment, sought: number) {
    this.type = type;
    this.at = at;
    this.#sought = sought;
  }

  /** Takes a record of the type at the very instant, in the order of the books. */
  noteTip({ receipt }: Position, { kind, user, device, id }: Entry, record: EntryRecord): void {
    if (kind === 'refresh' || !record.turned) return;
    if (record.acquired) this.#tips.set(user, { receipt, user, device, eventId: id });
    else this.#tips.delete(user);
  }

  /** Takes a holding that ended after the instant. @param stayAt null: it was not the user's last */
  noteEnded(user: string, device: string, since: Instant, stayAt: Instant | null): void {
    this.#hold(user, device, since, stayAt);
  }

  /** Takes a holding that is still open. Whether the user was there at the instant and is ever since. */
  noteOpen(user: string, device: string, { since, stayAt }: StoredHolding): boolean {
    this.#hold(user, device, since, stayAt);
    return stayAt <= this.at;
  }

  get complete(): boolean {
    return this.#complete >= this.#sought;
  }

  #hold(user: string, device: string, since: Instant, stayAt: Instant | null): void {
    const { at } = this;
    const stayed = stayAt !== null && stayAt <= at;
    if (since > at && !stayed) return;
    const holder = getOrMake(this.#holders, user, (): Found => ({ since: null, devices: new Set() }));
    if (since <= at) holder.devices.add(device);
    if (!stayed || holder.since !== null) return;
    holder.since = stayAt;
    this.#complete++;
  }

  found(): MomentHolders {
    const last = [...this.#tips.values()].reduce<(Tip & { receipt: number }) | null>(
      (latest, tip) => (latest && latest.receipt > tip.receipt ? latest : tip),
      null,
    );
    const holders = [...this.#holders]
      .map(([user, { since, devices }]) => ({ user, since: since ?? this.at, devices: [...devices].sort() }))
      .sort((a, b) => a.since - b.since || (a.user < b.user ? -1 : 1))
      .map((holder) => ({ ...holder, since: formatInstant(holder.since) }));
    return { tippedBy: last && { user: last.user, device: last.device, eventId: last.eventId }, holders };
  }
}

/** By `momentKey`. Reads what is open now, and the entries from each instant on until everybody was found. */
export function* findHolders(scope: ReportScope, moments: readonly Moment[]): Work<Map<string, MomentHolders>> {
  const sought = [...new Map(moments.map((moment) => [momentKey(moment), moment])).values()];
  for (const { at } of sought) yield* scope.cuts.prepare(at + 1);
  const levels = yield* levelsBefore(
    scope,
    sought.map(({ type, at }) => ({ type, at: at + 1 })),
  );
  const searches = new Map(sought.map((moment, i) => [momentKey(moment), new HolderSearch(moment, (levels[i] as Levels)[0])]));
  const inOrder = [...searches.values()].sort((a, b) => a.at - b.at);
  if (inOrder.length > 0) {
    // Sessions first: whoever leaves in between is found among the entries.
    yield* noteOpenSessions(scope, inOrder);
    yield* noteTips(scope, inOrder);
    yield* noteLeavers(scope, inOrder);
  }
  return new Map([...searches].map(([key, search]) => [key, search.found()]));
}

function* noteOpenSessions(scope: ReportScope, searches: readonly HolderSearch[]): Work<void> {
  const { disk, organisation } = scope;
  const byType = groupByType(searches);
  const stayed = new Map<HolderSearch, Set<string>>();
  const effort = createEffort();
  for (const { key, value } of pagedRows<StoredSession>(disk, 'sessions', [organisation], [organisation, AFTER_NAMES])) {
    const [, user, device] = key as [string, string, string];
    for (const holding of value.holdings) {
      for (const search of byType.get(holding.type) ?? []) {
        if (search.noteOpen(user, device, holding)) getOrMake(stayed, search, () => new Set()).add(user);
      }
    }
    effort.spend(1);
    if (effort.tired()) yield;
  }
  for (const [search, users] of stayed) {
    for (const user of users) {
      noteLeftDevices(scope, search, user, effort);
      if (effort.tired()) yield;
    }
  }
}

function groupByType(searches: readonly HolderSearch[]): Map<string, HolderSearch[]> {
  const byType = new Map<string, HolderSearch[]>();
  for (const search of searches) getOrMake(byType, search.type, () => []).push(search);
  return byType;
}

/** Somebody who never left may have left single devices since. */
function noteLeftDevices({ disk, organisation }: ReportScope, search: HolderSearch, user: string, effort: Effort): void {
  const start = [organisation, user, search.at];
  for (const { key } of disk.range('userEntries', { start, end: [organisation, user, AFTER_NAMES] })) {
    const entryKey = [organisation, ...key.slice(2)];
    const entry = disk.get<Entry>('entries', entryKey);
    if (entry && (key[2] as Instant) > search.at) noteReleases(search, entry);
    effort.spend(2);
  }
  effort.spend(4);
}

function noteReleases(search: HolderSearch, { kind, user, device, records }: Entry): void {
  if (kind === 'refresh') return;
  for (const { type, acquired, since, stay, turned } of records) {
    if (type === search.type && !acquired) search.noteEnded(user, device, since, turned ? (stay?.[0] ?? since) : null);
  }
}

/** Who came at the very instants: their entries say more than packs do. */
function* noteTips({ disk, organisation }: ReportScope, searches: readonly HolderSearch[]): Work<void> {
  const effort = createEffort();
  for (const search of searches) {
    const { at, type } = search;
    for (const { key, value } of pagedRows<Entry>(disk, 'entries', [organisation, at], [organisation, at + 1])) {
      for (const record of value.records) if (record.type === type) search.noteTip(positionOf(key, 1), value, record);
      effort.spend(1 + value.records.length);
      if (effort.tired()) yield;
    }
  }
}

/** Follows what happened from each instant on until all who were counted at it have left, or are known to be there still. */
function* noteLeavers(scope: ReportScope, searches: readonly HolderSearch[]): Work<void> {
  const effort = createEffort();
  // What becomes known from the instants on changes nothing of who was there.
  const source = { ...scope, reached: () => {} };
  let next = 0;
  while (next < searches.length) {
    const active = new Set<HolderSearch>();
    const join = (at: Instant): void => {
      for (let search = searches[next]; search && search.at < at; search = searches[++next]) active.add(search);
    };
    const start = (searches[next] as HolderSearch).at + 1;
    join(start);
    for (const piece of packedPieces(source, [scope.organisation, start], Number.POSITIVE_INFINITY)) {
      effort.spend(piece.read);
      yield* noteEndings(piece, active, join, effort);
      if (active.size === 0) break;
    }
    // Nothing was recorded from the next instant on: a level that was carried in, and everybody is there still.
    if (active.size > 0) return;
  }
}

const lastOf = (searches: ReadonlySet<HolderSearch>): Instant =>
  [...searches].reduce((last, { at }) => Math.max(last, at), Number.NEGATIVE_INFINITY);

/** Whoever is found to the last is sought no more. @param join hears of each instant: who is sought from before it on joins */
function* noteEndings(
  { pack, start, from, to }: PackedPiece,
  active: Set<HolderSearch>,
  join: (at: Instant) => void,
  effort: Effort,
): Work<void> {
  const cursor = new PackCursor(pack, start, { users: true, devices: true, held: true });
  const [users, devices] = [usersOf(pack), devicesOf(pack)];
  let byType = groupByType([...active]);
  let last = lastOf(active);
  for (let read = 0; cursor.nextAt < to && cursor.next(); read++) {
    if (cursor.at < from) continue;
    const before = active.size;
    join(cursor.at);
    let changed = active.size !== before;
    if (read % LOOK_EVERY === 0) for (const search of active) if (search.complete) changed = active.delete(search) || changed;
    if (active.size === 0) return;
    if (changed) {
      byType = groupByType([...active]);
      last = lastOf(active);
    }
    const { records } = cursor.shapes[cursor.shape] as Shape;
    for (const [i, { type, ends, turned }] of records.entries()) {
      if (!ends) continue;
      const since = cursor.since[i] as Instant;
      const stayAt = turned ? (cursor.stayAt[i] as Instant) : null;
      // Most of what ended later had also begun later.
      if (since > last && (stayAt === null || stayAt > last)) continue;
      const [user, device] = [users[cursor.user] as string, devices[cursor.device] as string];
      for (const search of byType.get(type) ?? []) search.noteEnded(user, device, since, stayAt);
    }
    effort.spend(1);
    if (effort.tired()) yield;
  }
  if (effort.tired()) yield;
}
