/** A report by hand: records put into heaps by what they say, each metric worked out over its heap alone. */
import type { Cell } from '../../shared/reports.ts';
import type { RecordView } from '../../shared/views.ts';
import type { Stand } from './naive-levels.ts';
import { localFields, periodName } from './naive-local-time.ts';

type CellOf<R> = (row: R) => Cell;

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
const different = (values: string[]) => new Set(values).size;
const ofType = (records: RecordView[], usageType: string) => records.filter((record) => record.usageType === usageType);
const placed = (records: RecordView[]) => records.filter((record) => record.logonSource !== 'Refresh Contingency');
const held = (records: RecordView[]) => ofType(placed(records), 'Released').map((record) => record.heldSeconds ?? 0);
const sessionsEndedBy = (records: RecordView[], source: string) =>
  different(ofType(records, 'Released').flatMap((record) => (record.logonSource === source ? [record.session] : [])));

export const USAGE_METRICS: Record<string, (records: RecordView[]) => Cell> = {
  acquired: (records) => ofType(records, 'Acquired').length,
  released: (records) => ofType(records, 'Released').length,
  logins: (records) => different(ofType(placed(records), 'Acquired').map((record) => record.session)),
  distinctUsers: (records) => different(records.map((record) => record.user)),
  distinctDevices: (records) => different(records.map((record) => JSON.stringify([record.user, record.device]))),
  heldSeconds: (records) => sum(held(records)),
  avgHeldSeconds: (records) => (held(records).length > 0 ? sum(held(records)) / held(records).length : null),
  longestHeldSeconds: (records) => (held(records).length > 0 ? Math.max(...held(records)) : null),
  contingencyAcquired: (records) => ofType(records, 'Acquired').filter((record) => record.pool === 'contingency').length,
  connectionsLost: (records) => sessionsEndedBy(records, 'Agent Desktop Connection Lost'),
  forcedLogOffs: (records) => sessionsEndedBy(records, 'Soft Client Forced Log Off'),
};

/** The level of a type over a stretch within one hour of the local clock. */
export interface LevelPiece {
  licenceType: string;
  at: number;
  concurrent: Stand[];
  contingency: Stand[];
}

const length = ({ start, end }: Stand) => end - start;
const mean = (stands: Stand[]) => sum(stands.map((stand) => stand.level * length(stand))) / sum(stands.map(length));
const stands = (pieces: LevelPiece[], pool: 'concurrent' | 'contingency') => pieces.flatMap((piece) => piece[pool]);
const levels = (pieces: LevelPiece[], pool: 'concurrent' | 'contingency') => stands(pieces, pool).map((stand) => stand.level);

export const LEVEL_METRICS: Record<string, (pieces: LevelPiece[]) => Cell> = {
  avgConcurrent: (pieces) => (pieces.length > 0 ? mean(stands(pieces, 'concurrent')) : null),
  highestConcurrent: (pieces) => (pieces.length > 0 ? Math.max(...levels(pieces, 'concurrent')) : null),
  lowestConcurrent: (pieces) => (pieces.length > 0 ? Math.min(...levels(pieces, 'concurrent')) : null),
  avgContingent: (pieces) => (pieces.length > 0 ? mean(stands(pieces, 'contingency')) : null),
  highestContingent: (pieces) => (pieces.length > 0 ? Math.max(...levels(pieces, 'contingency')) : null),
  lowestContingent: (pieces) => (pieces.length > 0 ? Math.min(...levels(pieces, 'contingency')) : null),
};

export function timeCells(timeZone: string, startDay: number): Record<string, (at: number) => Cell> {
  const fields = localFields(timeZone);
  const date = (at: number) => `${fields(at)['year']}-${fields(at)['month']}-${fields(at)['day']}`;
  return {
    date,
    hourOfDay: (at) => Number(fields(at)['hour']),
    dayOfWeek: (at) => fields(at)['weekday'] ?? null,
    month: (at) => date(at).slice(0, 7),
    billingPeriod: (at) => periodName(date(at), startDay),
  };
}

export interface NaiveReport {
  rows: Cell[][];
  totals: Record<string, Cell>;
}

export function groupBy<R>(rows: R[], dimensions: CellOf<R>[], metrics: Record<string, (rows: R[]) => Cell>): NaiveReport {
  const heaps = new Map<string, R[]>();
  for (const row of rows) {
    const key = JSON.stringify(dimensions.map((dimension) => dimension(row)));
    heaps.set(key, [...(heaps.get(key) ?? []), row]);
  }
  if (dimensions.length === 0) heaps.set('[]', rows);
  const values = (some: R[]) => Object.values(metrics).map((metric) => metric(some));
  return {
    rows: [...heaps].map(([key, heap]) => [...(JSON.parse(key) as Cell[]), ...values(heap)]),
    totals: Object.fromEntries(Object.entries(metrics).map(([id, metric]) => [id, metric(rows)])),
  };
}
