/** Licences acquired or released, as reports look at them: those of like entries at once, and what takes time to find out when asked for. */
import type { Assignment } from '../../shared/organisation.ts';
import type { Cell } from '../../shared/reports.ts';
import { poolName } from '../books/entry.ts';
import type { PackedRecord } from '../books/pack.ts';
import { inForce, type Version } from '../licensing/versions.ts';
import type { CellOf } from './grouping.ts';
import type { LocalTime } from './local-time.ts';
import type { ReportScope } from './scope.ts';

/** How long the licences were held that such records gave back. */
export interface HeldMs {
  sum: number;
  longest: number;
}

/** Entries that say the same, as far as a report tells apart. */
export interface LikeEntries {
  source: string;
  count: number;
  /** Numbers of the users, and of pairs of user and device; empty where nobody asks. */
  users: number[];
  devices: number[];
  user(): string;
  device(): string;
  local(): LocalTime;
  assignment(): Assignment | null;
}

/** One record of each of them. */
export interface UsageRecords {
  entries: LikeEntries;
  record: PackedRecord;
  held: HeldMs;
}

/** Fields by which records can be grouped or filtered. */
export const USAGE_CELLS: Record<string, CellOf<UsageRecords>> = {
  usageType: ({ record }) => (record.acquired ? 'Acquired' : 'Released'),
  licenceType: ({ record }) => record.type,
  user: ({ entries }) => entries.user(),
  userName: ({ entries }) => entries.assignment()?.name ?? null,
  group: ({ entries }) => entries.assignment()?.group ?? null,
  userType: ({ entries }) => entries.assignment()?.userType ?? null,
  logonSource: ({ entries }) => entries.source,
  device: ({ entries }) => entries.device(),
  pool: ({ record }) => poolName(record.pool),
  date: ({ entries }) => entries.local().date,
  hourOfDay: ({ entries }) => entries.local().hourOfDay,
  dayOfWeek: ({ entries }) => entries.local().dayOfWeek,
  month: ({ entries }) => entries.local().month,
  billingPeriod: ({ entries }) => entries.local().billingPeriod,
};

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
