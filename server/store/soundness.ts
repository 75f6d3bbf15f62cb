/** Whether a data file can be read: rows of every table are read and looked at. One whose pages are damaged may end the process that does. */
import { refuseNewer } from './faults.ts';
import { AFTER_NAMES, type Key, type Reader, TABLES, type TableName } from './store.ts';

/** How far a file goes: what a copy of it is known by. */
export interface Stand {
  format: number;
  epoch: string;
  /** Highest number given to a record or alert transition. */
  seq: number;
  lastCommitAt: number | null;
}

/** A row, or the file as a whole, is not what the daemon writes. */
export class UnsoundError extends Error {}

/** These grow with what is open or set, not with the history: they are read whole, as the daemon does when it starts. */
const SMALL = new Set<TableName>([
  'meta',
  'organisations',
  'states',
  'types',
  'sessions',
  'recomputations',
  'alertRules',
  'alerts',
  'alertGroups',
  'silences',
  'muteTimes',
  'feeds',
  'peakNotices',
  'webhooks',
  'outbox',
  'savedReports',
  'reportRuns',
  'pendingRuns',
  'downtimes',
]);
/** Of a large table: so many rows at either end, of so many organisations, and at so many instants between. */
const [ENDS, ORGANISATIONS, INSTANTS] = [16, 32, 64];

/** A bounded look: all of what a start reads, and samples of the history. @throws UnsoundError, or whatever reading throws */
export function glance(disk: Reader): Stand {
  const stand = standOf(disk);
  for (const table of TABLES) {
    if (SMALL.has(table)) readRows(disk, table, {});
    else for (const range of samplesOf(disk, table)) readRows(disk, table, range);
  }
  return stand;
}

/** Every row of every table, and so every page of the file that is in use. @throws UnsoundError, or whatever reading throws */
export function readWhole(disk: Reader): Stand & { rows: number } {
  const stand = standOf(disk);
  let rows = 0;
  for (const table of TABLES) rows += readRows(disk, table, {});
  return { ...stand, rows };
}

export function standOf(disk: Reader): Stand {
  const format = disk.get<unknown>('meta', ['format']);
  refuseNewer(format);
  const epoch = disk.get<unknown>('meta', ['epoch']);
  const seq = disk.get<unknown>('meta', ['seq']) ?? 0;
  const lastCommitAt = disk.get<unknown>('meta', ['lastCommitAt']) ?? null;
  if (typeof format !== 'number' || typeof epoch !== 'string') throw new UnsoundError('holds no books');
  if (typeof seq !== 'number' || (lastCommitAt !== null && typeof lastCommitAt !== 'number')) throw new UnsoundError('holds no number');
  return { format, epoch, seq, lastCommitAt };
}

type Stretch = { start?: Key; end?: Key; reverse?: boolean; limit?: number };

function samplesOf(disk: Reader, table: TableName): Stretch[] {
  const samples: Stretch[] = [{ limit: ENDS }, { limit: ENDS, reverse: true }];
  const organisations = [...disk.range('organisations', {})].map(({ key }) => key[0] as string);
  const every = Math.max(1, Math.ceil(organisations.length / ORGANISATIONS));
  for (const id of organisations.filter((_, index) => index % every === 0)) {
    const range = { start: [id], end: [id, AFTER_NAMES] };
    samples.push({ ...range, limit: ENDS }, { ...range, limit: ENDS, reverse: true });
    if (table === 'entries') samples.push(...instantsOf(disk, id));
  }
  return samples;
}

/** Evenly spread over the time that is known of an organisation. */
function instantsOf(disk: Reader, id: string): Stretch[] {
  const range = { start: [id], end: [id, AFTER_NAMES], limit: 1 };
  const [first] = disk.range('entries', range);
  const [last] = disk.range('entries', { ...range, reverse: true });
  if (!first || !last) return [];
  const [from, until] = [first.key[1] as number, last.key[1] as number];
  return Array.from({ length: INSTANTS }, (_, n) => ({
    start: [id, from + ((until - from) * n) / INSTANTS],
    end: [id, AFTER_NAMES],
    limit: 2,
  }));
}

function readRows(disk: Reader, table: TableName, range: Stretch): number {
  let rows = 0;
  for (const { key, value } of disk.range<unknown>(table, range)) {
    rows++;
    if (value === undefined || key.some((part) => typeof part !== 'string' && typeof part !== 'number')) {
      throw new UnsoundError(`has a row in ${table} that cannot be read`);
    }
    if (table === 'entries' && !Array.isArray((value as { records?: unknown } | null)?.records)) {
      throw new UnsoundError('has an entry that is none');
    }
  }
  return rows;
}
