/** One licence acquired or released, as reports look at it: what takes time to find out is found out when asked for. */
import type { Assignment } from '../../shared/organisation.ts';
import type { Cell } from '../../shared/reports.ts';
import { type Entry, type EntryRecord, type Position, poolName } from '../books/entry.ts';
import { inForce, type Version } from '../licensing/versions.ts';
import type { CellOf } from './grouping.ts';
import type { LocalTime } from './local-time.ts';
import type { ReportScope } from './scope.ts';

export interface UsageRecord {
  position: Position;
  entry: Entry;
  record: EntryRecord;
  local(): LocalTime;
  assignment(): Assignment | null;
}

/** Fields by which records can be grouped or filtered. */
export const USAGE_CELLS: Record<string, CellOf<UsageRecord>> = {
  usageType: ({ record }) => (record.acquired ? 'Acquired' : 'Released'),
  licenceType: ({ record }) => record.type,
  user: ({ entry }) => entry.user,
  userName: ({ assignment }) => assignment()?.name ?? null,
  group: ({ assignment }) => assignment()?.group ?? null,
  userType: ({ assignment }) => assignment()?.userType ?? null,
  logonSource: ({ entry }) => entry.source,
  device: ({ entry }) => entry.device,
  session: ({ record }) => String(record.session),
  pool: ({ record }) => poolName(record.pool),
  eventId: ({ entry }) => entry.id,
  date: ({ local }) => local().date,
  hourOfDay: ({ local }) => local().hourOfDay,
  dayOfWeek: ({ local }) => local().dayOfWeek,
  month: ({ local }) => local().month,
  billingPeriod: ({ local }) => local().billingPeriod,
};

/** Milliseconds that a holding was held; null where none ended: a refresh only moves pools. */
export const heldMs = ({ position, entry, record }: UsageRecord): number | null =>
  record.acquired || entry.kind === 'refresh' ? null : position.at - record.since;

/** Who had which assignment at an instant. Users are looked up once. */
export function createAssignments({ disk, organisation }: ReportScope): (user: string, at: number) => Assignment | null {
  const known = new Map<string, Version<Assignment | null>[]>();
  return (user, at) => {
    let versions = known.get(user);
    if (!versions) {
      versions = disk.get<Version<Assignment | null>[]>('users', [organisation, user]) ?? [];
      known.set(user, versions);
    }
    return inForce(versions, at) ?? null;
  };
}

/** Whether a cell is one of the values that a filter names; numbers may be given as text. */
export function cellFilter<R>(cell: CellOf<R>, values: readonly Cell[]): (row: R) => boolean {
  const wanted = new Set(values.map((value) => (value === null ? null : String(value))));
  return (row) => {
    const value = cell(row);
    return wanted.has(value === null ? null : String(value));
  };
}
