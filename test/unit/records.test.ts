import { expect, it } from 'vitest';
import { ORGANISATION, openTestBooks } from '../support/books.ts';

it('LIC-10 unknown sources and licence types are accepted and flagged, each record for its own type', async () => {
  const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
  await books.send(
    { licences: ['Recording', 'Holography'] },
    { type: 'logout' },
    { user: 'b', licences: ['Recording'], logonSource: 'Kiosk' },
  );
  const records = books.pipeline.committed.records(ORGANISATION, { limit: 10, order: 'asc' })?.items ?? [];
  expect(records.map((record) => [record.user, record.device, record.licenceType, record.flags])).toEqual([
    ['edred', 'desktop', 'Recording', []],
    ['edred', 'desktop', 'Holography', ['unknown-licence-type']],
    ['edred', 'desktop', 'Recording', []],
    ['edred', 'desktop', 'Holography', ['unknown-licence-type']],
    ['b', 'unknown', 'Recording', ['unknown-logon-source']],
  ]);
});

it('LIC-9 a login on the same device closes the session before it first, also if it acquires nothing itself', async () => {
  const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
  const answers = await books.send(
    { licences: ['Recording'] },
    { licences: ['Agent Calls'], id: 'second' },
    { licences: [] },
    { licences: [] },
  );
  expect(answers.map(({ status, reason, records }) => [status, reason, records])).toEqual([
    ['recorded', undefined, [1]],
    ['recorded', undefined, [2, 3]],
    ['recorded', undefined, [4]],
    ['ignored', 'nothing_to_acquire', []],
  ]);
  const [, released] = books.pipeline.committed.records(ORGANISATION, { limit: 10, order: 'asc' })?.items ?? [];
  expect(released).toMatchObject({ usageType: 'Released', licenceType: 'Recording', eventId: 'second' });
  expect(books.usage()).toMatchObject({ users: 0, sessions: 0 });
});

it('LIC-14 a feed that falls silent is shown as stale, though no number changed, and live again with the next event', async () => {
  const books = await openTestBooks(Date.parse('2026-11-24T08:00:00Z'));
  await books.settings({ feedSilentAfterSeconds: 60 });
  await books.send({ licences: ['Recording'] });
  let told = 0;
  books.pipeline.onCommit((commit) => {
    if (commit.changed.has(ORGANISATION)) told++;
  });
  await books.passTo(Date.parse('2026-11-24T08:01:00Z'));
  expect([books.usage().completeness, told]).toEqual(['live', 0]);
  await books.passTo(Date.parse('2026-11-24T08:01:01Z'));
  await books.passTo(Date.parse('2026-11-24T08:05:00Z'));
  expect([books.usage().completeness, told]).toEqual(['stale', 1]);
  await books.send({ type: 'heartbeat' });
  expect(books.usage().completeness).toBe('live');
});

it('LIC-1 the in-use number of every record is counted, that of the entry behind which a mark stands included', async () => {
  const start = Date.parse('2026-11-24T08:00:00Z');
  const books = await openTestBooks(start + 600_000);
  const events = Array.from({ length: 600 }, (_, n) => ({ user: `u${n}`, licences: ['Recording'], at: start + n }));
  await books.send(...events);
  const page = (limit: number, from: number) => books.pipeline.committed.records(ORGANISATION, { limit, from, order: 'asc' })?.items ?? [];
  expect(page(1_000, start).map(({ inUse }) => inUse)).toEqual(events.map((_, n) => n + 1));
  // A page of its own for each, so that each is counted on from the mark nearest to it.
  expect(events.map((_, n) => page(1, start + n)[0]?.inUse)).toEqual(events.map((_, n) => n + 1));
});
