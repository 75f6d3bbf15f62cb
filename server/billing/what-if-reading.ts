/** A stretch of the past read once for what-if questions: who came and went of each type, and peaks without some of the sessions. */
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { CLASS, classOf } from '../books/entry.ts';
import { devicesOf, type PackedRecord, type Shape, usersOf } from '../books/pack.ts';
import { createNumbers } from '../reports/distinct.ts';
import { levelBefore } from '../reports/level-reader.ts';
import { PackCursor } from '../reports/pack-cursor.ts';
import { type PackedPiece, packedPieces } from '../reports/packed-pieces.ts';
import type { ReportScope } from '../reports/scope.ts';
import { createEffort, type Effort, type Work } from '../reports/work.ts';
import { compareKeys } from '../store/keys.ts';
import type { Key } from '../store/store.ts';
import { Crowd } from './crowd.ts';
import { findHolders, type MomentHolders, momentKey } from './holders.ts';
import { type PlayedPools, PoolTape } from './pool-tape.ts';
import { RecordedPools } from './recorded-pools.ts';

const DESKTOP_SOURCES = new Set(['Agent Desktop', 'CRM']);
const DESKTOPS = new Set(['desktop', 'crm']);
const FAMILIES = new Set(BUILT_IN_CATALOGUE.logonSources.map(({ family }) => family));

/** A device that is called after a family is of that family; of others the logon source says it. */
const isDesktop = (source: string, device: string): boolean => (FAMILIES.has(device) ? DESKTOPS.has(device) : DESKTOP_SOURCES.has(source));

/** Which sessions are left out of what pools are played with. */
export interface LeftOut {
  staleMs: number;
  staleSessions: boolean;
  secondDevices: boolean;
  logonSources: readonly string[];
}

export interface ReadType {
  /** Of the first crowd. */
  tape: PoolTape;
  /** The sessions that the pools are played with; all of them, which may be the same; and the two by whose absence peaks are compared. */
  crowds: readonly [asked: Crowd, all: Crowd, fresh: Crowd, desktop: Crowd];
  asIs: RecordedPools;
  /** What was played already, by sizes. */
  played: Map<string, PlayedPools>;
}

export interface WhatIfReading {
  leftOut: LeftOut;
  /** Where reading goes on: everything before it is in here. */
  next: Key;
  /** Start of the next billing period. */
  boundary: Instant;
  /** Billing periods that were touched. */
  periods: number;
  types: ReadonlyMap<string, ReadType>;
  /** By number of the user: desktops that are signed in, of whichever licence type. */
  desktops: Map<number, Set<string>>;
  /** Each user has a number: a name is looked up once an entry, and not in every crowd. */
  userNumber: (user: string) => number;
}

export function* beginReading(scope: ReportScope, start: Instant, leftOut: LeftOut): Work<WhatIfReading> {
  const moments = scope.types.map((type) => ({ type, at: start - 1 }));
  const holders = yield* findHolders(scope, moments);
  const types = new Map<string, ReadType>();
  const userNumber = createNumbers();
  const desktops = new Map<number, Set<string>>();
  for (const moment of moments) {
    const read = beginType(scope, moment.type, start, leftOut);
    types.set(moment.type, read);
    yield* carryIn(read, start, holders.get(momentKey(moment)) as MomentHolders, userNumber, desktops);
  }
  const boundary = scope.buckets.calendar.billingPeriod(start).end;
  return { leftOut, next: [scope.organisation, start], boundary, periods: 1, types, desktops, userNumber };
}

function beginType(scope: ReportScope, type: string, start: Instant, leftOut: LeftOut): ReadType {
  const { staleMs, staleSessions, secondDevices, logonSources } = leftOut;
  const tape = new PoolTape();
  const asked = new Crowd(start, { staleMs: staleSessions ? staleMs : null, endWithDesktop: secondDevices }, tape);
  const isAll = !staleSessions && !secondDevices && logonSources.length === 0;
  const crowds: ReadType['crowds'] = [
    asked,
    isAll ? asked : new Crowd(start, { staleMs: null, endWithDesktop: false }),
    new Crowd(start, { staleMs, endWithDesktop: false }),
    new Crowd(start, { staleMs: null, endWithDesktop: true }),
  ];
  return { tape, crowds, asIs: new RecordedPools(start, levelBefore(scope, type, start)), played: new Map() };
}

/** Who was there at the start. */
function* carryIn(
  { crowds }: ReadType,
  start: Instant,
  { holders }: MomentHolders,
  userNumber: (user: string) => number,
  desktops: Map<number, Set<string>>,
): Work<void> {
  const effort = createEffort();
  for (const { user, since, devices } of holders) {
    for (const device of devices) {
      if (DESKTOPS.has(device)) getOrMake(desktops, userNumber(user), () => new Set()).add(device);
      for (const crowd of new Set(crowds)) crowd.come(start, Date.parse(since), userNumber(user), device, DESKTOPS.has(device));
      effort.spend(4);
    }
    if (effort.tired()) yield;
  }
  yield;
}

/** Reads everything up to an instant, where it goes on. @param counted hears how far it has come */
export function* readOn(scope: ReportScope, reading: WhatIfReading, to: Instant, counted: (at: Instant) => void): Work<void> {
  const { organisation } = scope;
  const leftOut = new Set(reading.leftOut.logonSources);
  scope.reached(reading.next[1] as Instant);
  const effort = createEffort();
  for (const piece of packedPieces(scope, reading.next, to)) {
    yield* readPiece(scope, reading, piece, { leftOut, effort, counted });
    reading.next = piece.next;
    effort.spend(piece.read);
    if (!effort.tired()) continue;
    counted(piece.to);
    yield;
  }
  const end = [organisation, to];
  if (compareKeys(end, reading.next) > 0) reading.next = end;
  scope.reached(to);
}

interface Pace {
  leftOut: ReadonlySet<string>;
  effort: Effort;
  counted(at: Instant): void;
}

/** Rests between two instants, so that reading may go on from there. */
function* readPiece(scope: ReportScope, reading: WhatIfReading, piece: PackedPiece, { leftOut, effort, counted }: Pace): Work<void> {
  const { pack, start, from, to } = piece;
  const cursor = new PackCursor(pack, start, { users: true, devices: true });
  const [users, devices] = [usersOf(pack), devicesOf(pack)];
  const numbers = users.map(reading.userNumber);
  while (cursor.nextAt < to && cursor.next()) {
    const { at } = cursor;
    if (at < from) continue;
    const shape = cursor.shapes[cursor.shape] as Shape;
    const user = numbers[cursor.user] as number;
    const who = { at, user, device: devices[cursor.device] as string, leftOut: leftOut.has(shape.source) };
    refreshBefore(scope, reading, at, classOf(shape.kind));
    for (const record of shape.records) {
      const known = reading.types.get(record.type);
      if (known) takeRecord(known, shape, record, who);
    }
    if (shape.kind !== 'refresh') noteDesktop(reading, shape, who);
    effort.spend(1 + shape.records.length * 4);
    if (cursor.nextAt === at || cursor.nextAt >= to || !effort.tired()) continue;
    reading.next = [scope.organisation, at + 1];
    counted(at);
    yield;
  }
}

/** Nothing more happens: what stands lasts to the end. */
export function finishReading(scope: ReportScope, reading: WhatIfReading, end: Instant): void {
  refreshBefore(scope, reading, end, CLASS.leaseEnd);
  for (const { crowds, asIs } of reading.types.values()) {
    asIs.finish(end);
    for (const crowd of crowds) {
      crowd.reach(end);
      crowd.look();
    }
  }
}

/** The same, to be read on without changing this one. */
export function* copyReading(reading: WhatIfReading): Work<WhatIfReading> {
  const types = new Map<string, ReadType>();
  for (const [type, { tape, crowds, asIs }] of reading.types) {
    const copied = tape.copy();
    const [asked, all, fresh, desktop] = crowds;
    const copy = asked.copy(copied);
    yield;
    const copies: ReadType['crowds'] = [copy, all === asked ? copy : all.copy(), fresh.copy(), desktop.copy()];
    types.set(type, { tape: copied, crowds: copies, asIs: asIs.copy(), played: new Map() });
    yield;
  }
  const desktops = new Map([...reading.desktops].map(([user, devices]) => [user, new Set(devices)]));
  return { ...reading, types, desktops };
}

function refreshBefore(scope: ReportScope, reading: WhatIfReading, at: Instant, order: number): void {
  while (reading.boundary < at || (reading.boundary === at && order >= CLASS.refresh)) {
    for (const { crowds } of reading.types.values()) {
      for (const crowd of new Set(crowds)) {
        crowd.reach(reading.boundary);
        crowd.refresh();
      }
    }
    reading.boundary = scope.buckets.calendar.billingPeriod(reading.boundary).end;
    reading.periods++;
  }
}

interface Who {
  at: Instant;
  user: number;
  device: string;
  /** By the logon source. */
  leftOut: boolean;
}

function takeRecord({ crowds, asIs }: ReadType, { kind, source }: Shape, record: PackedRecord, { at, user, device, leftOut }: Who): void {
  asIs.reach(at);
  asIs.change(kind, record);
  if (kind === 'refresh') return;
  const desktop = record.acquired && isDesktop(source, device);
  for (let index = 0; index < crowds.length; index++) {
    const crowd = crowds[index] as Crowd;
    if (index === 1 && crowd === crowds[0]) continue;
    crowd.reach(at);
    if (!record.acquired) crowd.go(user, device);
    else if (!leftOut || index > 0) crowd.come(at, at, user, device, desktop);
  }
}

/** The first desktop of a user comes, or the last one ends: what that means for the user's other devices. */
function noteDesktop({ types, desktops }: WhatIfReading, { kind, source, records }: Shape, { at, user, device }: Who): void {
  const acquires = records.some(({ acquired }) => acquired);
  const there = desktops.get(user);
  if (acquires && isDesktop(source, device)) {
    getOrMake(desktops, user, () => new Set()).add(device);
    if (!there) for (const { crowds } of types.values()) for (const crowd of new Set(crowds)) crowd.desktopComes(at, user);
  } else if (!acquires && kind !== 'login' && there?.delete(device) && there.size === 0) {
    desktops.delete(user);
    for (const { crowds } of types.values()) for (const crowd of new Set(crowds)) crowd.desktopEnds(at, user);
  }
}
