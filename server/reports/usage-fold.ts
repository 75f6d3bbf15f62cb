/** Packs of entries, counted up into the groups of a report: entries that say the same, as far as it tells apart, at once. */
import type { Assignment } from '../../shared/organisation.ts';
import type { ReportQuery } from '../../shared/reports.ts';
import type { Instant } from '../../shared/time.ts';
import { devicesOf, type Pack, type Shape, usersOf } from '../books/pack.ts';
import { createNumbers } from './distinct.ts';
import { type CellOf, createGrouping, type Grouping, type MetricOf } from './grouping.ts';
import { createLocalTime, type LocalTime } from './local-time.ts';
import { PackCursor } from './pack-cursor.ts';
import type { ReportScope } from './scope.ts';
import { USAGE_METRICS } from './usage-metrics.ts';
import { cellFilter, createAssignments, type HeldMs, type LikeEntries, USAGE_CELLS, type UsageRecords } from './usage-records.ts';

export interface UsageFold {
  grouping: Grouping<UsageRecords>;
  /** Counts what a pack has from `from` on and before `to`. */
  add(pack: Pack, start: Instant, from: Instant, to: Instant): void;
}

const TIMES = new Set(['date', 'hourOfDay', 'dayOfWeek', 'month', 'billingPeriod']);
const ASSIGNED = new Set(['userName', 'group', 'userType']);
/** More numbers of one kind than there are: two of them make one. */
const KIND = 2 ** 26;

interface Like extends LikeEntries {
  shape: Shape;
  /** Of each record. */
  held: HeldMs[];
}

/** @param filters those that records are held against: fields of `USAGE_CELLS` */
export function createUsageFold(scope: ReportScope, { dimensions, filters, metrics }: ReportQuery): UsageFold {
  const grouping = createGrouping(
    dimensions.map((id) => USAGE_CELLS[id] as CellOf<UsageRecords>),
    metrics.map((id) => USAGE_METRICS[id] as MetricOf<UsageRecords>),
    dimensions,
  );
  const accepts = filters.map(({ field, in: values }) => cellFilter(USAGE_CELLS[field] as CellOf<UsageRecords>, values));
  const fields = [...new Set([...dimensions, ...filters.map(({ field }) => field)])];
  const times = fields.filter((field) => TIMES.has(field)) as (keyof LocalTime)[];
  const byUser = fields.includes('user');
  const byAssignment = fields.some((field) => ASSIGNED.has(field));
  const byDevice = fields.includes('device');
  const countsUsers = metrics.includes('distinctUsers');
  const countsDevices = metrics.includes('distinctDevices');
  const [needsUsers, needsDevices] = [byUser || byAssignment || countsUsers || countsDevices, byDevice || countsDevices];
  const measuresHeld = metrics.some((id) => id.toLowerCase().endsWith('heldseconds'));
  const localTime = createLocalTime(scope.buckets);
  const assignmentOf = createAssignments(scope);
  const userNumber = createNumbers();
  const deviceNumber = createNumbers();
  const pairs = createPairs();
  const told = createPairs();
  const assignments = new Map<Assignment | null, number>();

  /** What tells users and devices of a report apart, as one number. */
  const whoOf = (user: number, assignment: Assignment | null, device: number): number => {
    let who = byUser ? user : 0;
    if (!byUser && byAssignment) {
      who = assignments.get(assignment) ?? assignments.size;
      assignments.set(assignment, who);
    }
    return byDevice ? told(who, device) : who;
  };

  const count = (like: Like): void => {
    for (const [i, record] of like.shape.records.entries()) {
      const row = { entries: like, record, held: like.held[i] as HeldMs };
      if (accepts.every((accept) => accept(row))) grouping.add(row);
    }
  };

  const add = (pack: Pack, start: Instant, from: Instant, to: Instant): void => {
    const users = needsUsers ? usersOf(pack) : [];
    const devices = needsDevices ? devicesOf(pack) : [];
    const userNumbers = users.map(userNumber);
    const deviceNumbers = devices.map(deviceNumber);
    const cursor = new PackCursor(pack, start, { users: needsUsers, devices: needsDevices, held: measuresHeld });
    const likes = new Map<number, Like>();
    const flush = (): void => {
      for (const like of likes.values()) count(like);
      likes.clear();
    };
    let local: LocalTime | null = null;
    while (cursor.nextAt < to && cursor.next()) {
      const { at, shape: number, user, device } = cursor;
      if (at < from) continue;
      const shape = cursor.shapes[number] as Shape;
      if (times.length > 0) {
        const now = localTime(at);
        if (local !== null && local !== now && times.some((field) => now[field] !== (local as LocalTime)[field])) flush();
        local = now;
      }
      const assignment = byAssignment ? assignmentOf(users[user] as string, at) : null;
      const who = whoOf(userNumbers[user] ?? 0, assignment, deviceNumbers[device] ?? 0);
      let like = likes.get(number * KIND + who);
      if (!like) {
        like = begin(shape, { user: users[user], device: devices[device], local, assignment });
        likes.set(number * KIND + who, like);
      }
      like.count++;
      if (countsUsers) like.users.push(userNumbers[user] as number);
      if (countsDevices) like.devices.push(pairs(userNumbers[user] as number, deviceNumbers[device] as number));
      if (measuresHeld) addHeld(like, cursor);
    }
    flush();
  };
  return { grouping, add };
}

interface Told {
  user: string | undefined;
  device: string | undefined;
  local: LocalTime | null;
  assignment: Assignment | null;
}

/** What a report does not tell apart is not asked for. */
function begin(shape: Shape, { user, device, local, assignment }: Told): Like {
  return {
    shape,
    source: shape.source,
    count: 0,
    users: [],
    devices: [],
    held: shape.records.map(() => ({ sum: 0, longest: 0 })),
    user: () => user as string,
    device: () => device as string,
    local: () => local as LocalTime,
    assignment: () => assignment,
  };
}

function addHeld({ shape, held }: Like, { at, since }: PackCursor): void {
  for (const [i, { ends }] of shape.records.entries()) {
    if (!ends) continue;
    const milliseconds = at - (since[i] as Instant);
    const sum = held[i] as HeldMs;
    sum.sum += milliseconds;
    sum.longest = Math.max(sum.longest, milliseconds);
  }
}

/** Numbers for pairs of numbers, from 0. */
function createPairs(): (a: number, b: number) => number {
  const known = new Map<number, number>();
  return (a, b) => {
    const number = known.get(a * KIND + b) ?? known.size;
    if (number === known.size) known.set(a * KIND + b, number);
    return number;
  };
}
