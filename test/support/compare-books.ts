import { expect } from 'vitest';
import { parseInstant } from '../../shared/time.ts';
import { ORGANISATION, type TestBooks } from './books.ts';
import { type NaiveInput, type NaiveSettings, naiveBooks } from './naive-books.ts';

/** The committed books are those of a plain walk through everything that was received, in order of receipt. */
export async function compareBooks(books: TestBooks, versions: NaiveSettings[], received: NaiveInput[]): Promise<void> {
  const downtimes = [...books.store.range<number>('downtimes', {})].map(({ key, value }) => ({ from: key[0] as number, until: value }));
  const expected = naiveBooks(versions, received, books.clock.now(), downtimes);
  const usage = books.usage();
  const records = books.pipeline.committed.records(ORGANISATION, { limit: 1000, order: 'asc' })?.items ?? [];
  const key = (record: {
    loggedAt: number;
    user: string;
    type: string;
    usageType: string;
    device: string;
    source: string;
    pool: string;
    inUse: number;
    heldSeconds: number | null;
  }) =>
    [
      record.loggedAt,
      record.user,
      record.device,
      record.type,
      record.usageType,
      record.source,
      record.pool,
      record.heldSeconds,
      record.inUse,
    ].join(' | ');
  const mine = records.map((record) =>
    key({ ...record, loggedAt: parseInstant(record.loggedAt) as number, type: record.licenceType, source: record.logonSource }),
  );
  expect(mine.sort()).toEqual(expected.records.map(key).sort());
  expect(new Set(records.map((record) => record.seq)).size).toBe(records.length);
  const sessions = (await books.pipeline.committed.sessions(ORGANISATION, { limit: 1000 }))?.items ?? [];
  const line = (session: { user: string; device: string; since: number; types: string[] }) =>
    [session.user, session.device, session.since, ...session.types.toSorted()].join();
  expect(
    sessions.map((s) => line({ ...s, since: parseInstant(s.since) as number, types: s.licences.map((l) => l.licenceType) })).sort(),
  ).toEqual(expected.sessions.map(line).sort());
  expect(usage.anomalies).toBe(expected.anomalies);
  expect([usage.users, usage.sessions]).toEqual([new Set(expected.sessions.map((s) => s.user)).size, expected.sessions.length]);
  for (const row of usage.licences) {
    const pools = expected.pools[row.licenceType] ?? { concurrent: 0, contingency: 0, 'over-limit': 0 };
    expect([row.licenceType, row.concurrent.used, row.contingency.used, row.overLimit], 'pools').toEqual([
      row.licenceType,
      pools['concurrent'],
      pools['contingency'],
      pools['over-limit'],
    ]);
    const peak = expected.peaks[row.licenceType] ?? { day: 0, dayAt: null, period: 0, maxUsed: 0 };
    const at = row.peak.day.at === null ? null : parseInstant(row.peak.day.at);
    expect([row.licenceType, row.peak.day.value, at, row.peak.billingPeriod.value, row.contingency.maxUsed], 'peaks').toEqual([
      row.licenceType,
      peak.day,
      peak.dayAt,
      peak.period,
      peak.maxUsed,
    ]);
    expect(row.inUse).toBeLessThanOrEqual(row.holdings);
  }
}
