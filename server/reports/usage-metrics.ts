/** Metrics of `licence-usage`, over records. */
import { CONNECTION_LOST } from '../../shared/catalogue.ts';
import { poolName } from '../books/entry.ts';
import { DistinctNumbers } from './distinct.ts';
import type { MetricOf } from './grouping.ts';
import type { LikeEntries, UsageRecords } from './usage-records.ts';

type Test = (row: UsageRecords) => boolean;

const FORCED_LOG_OFF = 'Soft Client Forced Log Off';

const count =
  (test: Test): MetricOf<UsageRecords> =>
  () => {
    let found = 0;
    return {
      add: (row) => {
        if (test(row)) found += row.entries.count;
      },
      value: () => found,
    };
  };

/** Counts what happened, not its records: one login of three licences is one. Its records come one after the other. */
const countEntries =
  (test: Test): MetricOf<UsageRecords> =>
  () => {
    let found = 0;
    let last: LikeEntries | null = null;
    return {
      add(row) {
        if (row.entries === last || !test(row)) return;
        last = row.entries;
        found += row.entries.count;
      },
      value: () => found,
    };
  };

const distinct =
  (numbers: (entries: LikeEntries) => readonly number[]): MetricOf<UsageRecords> =>
  () => {
    const found = new DistinctNumbers();
    let last: LikeEntries | null = null;
    return {
      add({ entries }) {
        if (entries === last) return;
        last = entries;
        for (const number of numbers(entries)) found.add(number);
      },
      value: () => found.size,
    };
  };

interface Held {
  count: number;
  sum: number;
  longest: number;
}

const held =
  (value: (held: Held) => number | null): MetricOf<UsageRecords> =>
  () => {
    const all: Held = { count: 0, sum: 0, longest: 0 };
    return {
      add(row) {
        if (!row.record.ends) return;
        all.count += row.entries.count;
        all.sum += row.held.sum;
        all.longest = Math.max(all.longest, row.held.longest);
      },
      value: () => value(all),
    };
  };

const released = ({ record }: UsageRecords): boolean => !record.acquired;

export const USAGE_METRICS: Record<string, MetricOf<UsageRecords>> = {
  acquired: count(({ record }) => record.acquired),
  released: count(released),
  logins: countEntries(({ record }) => record.opens),
  distinctUsers: distinct(({ users }) => users),
  distinctDevices: distinct(({ devices }) => devices),
  heldSeconds: held(({ sum }) => sum / 1000),
  avgHeldSeconds: held(({ count: ended, sum }) => (ended === 0 ? null : sum / ended / 1000)),
  longestHeldSeconds: held(({ count: ended, longest }) => (ended === 0 ? null : longest / 1000)),
  contingencyAcquired: count(({ record }) => record.acquired && poolName(record.pool) === 'contingency'),
  connectionsLost: countEntries((row) => released(row) && row.entries.source === CONNECTION_LOST),
  forcedLogOffs: countEntries((row) => released(row) && row.entries.source === FORCED_LOG_OFF),
};
