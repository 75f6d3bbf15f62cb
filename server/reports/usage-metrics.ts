/** Metrics of `licence-usage`, over records. */
import { CONNECTION_LOST } from '../../shared/catalogue.ts';
import { poolName } from '../books/entry.ts';
import { createNumbers, DistinctNumbers } from './distinct.ts';
import type { MetricOf } from './grouping.ts';
import { heldMs, type UsageRecord } from './usage-records.ts';

type Test = (row: UsageRecord) => boolean;

const FORCED_LOG_OFF = 'Soft Client Forced Log Off';

const count =
  (test: Test): MetricOf<UsageRecord> =>
  () => {
    let found = 0;
    return { add: (row) => void (test(row) && found++), value: () => found };
  };

/** Counts what happened, not its records: one login of three licences is one. Its records come one after the other. */
const countEntries =
  (test: Test): MetricOf<UsageRecord> =>
  () => {
    let found = 0;
    let last: unknown = null;
    return {
      add(row) {
        if (row.entry === last || !test(row)) return;
        last = row.entry;
        found++;
      },
      value: () => found,
    };
  };

/** Names are turned into numbers once an entry, however many groups and records it has. */
function distinct(name: (row: UsageRecord) => string): MetricOf<UsageRecord> {
  const numbers = createNumbers();
  let last: unknown = null;
  let number = 0;
  return () => {
    const found = new DistinctNumbers();
    return {
      add(row) {
        if (row.entry !== last) number = numbers(name(row));
        last = row.entry;
        found.add(number);
      },
      value: () => found.size,
    };
  };
}

interface Held {
  count: number;
  sum: number;
  longest: number;
}

const held =
  (value: (held: Held) => number | null): MetricOf<UsageRecord> =>
  () => {
    const all: Held = { count: 0, sum: 0, longest: 0 };
    return {
      add(row) {
        const milliseconds = heldMs(row);
        if (milliseconds === null) return;
        all.count++;
        all.sum += milliseconds;
        all.longest = Math.max(all.longest, milliseconds);
      },
      value: () => value(all),
    };
  };

const released = ({ record }: UsageRecord): boolean => !record.acquired;

/** Numbers for names are shared by all groups of one report. */
export function usageMetrics(): Record<string, MetricOf<UsageRecord>> {
  return {
    acquired: count(({ record }) => record.acquired),
    released: count(released),
    // The session is called after the receipt of what opened it.
    logins: countEntries(
      ({ entry, record, position }) => record.acquired && entry.kind !== 'refresh' && record.session === position.receipt,
    ),
    distinctUsers: distinct(({ entry }) => entry.user),
    distinctDevices: distinct(({ entry }) => `${entry.user}\u0000${entry.device}`),
    heldSeconds: held(({ sum }) => sum / 1000),
    avgHeldSeconds: held(({ count: ended, sum }) => (ended === 0 ? null : sum / ended / 1000)),
    longestHeldSeconds: held(({ count: ended, longest }) => (ended === 0 ? null : longest / 1000)),
    contingencyAcquired: count(({ record }) => record.acquired && poolName(record.pool) === 'contingency'),
    connectionsLost: countEntries((row) => released(row) && row.entry.source === CONNECTION_LOST),
    forcedLogOffs: countEntries((row) => released(row) && row.entry.source === FORCED_LOG_OFF),
  };
}
