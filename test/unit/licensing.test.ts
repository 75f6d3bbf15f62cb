import { describe, expect, it } from 'vitest';
import { ORGANISATION, openTestBooks } from '../support/books.ts';

const day = (time: string) => Date.parse(`2020-03-06T${time}Z`);

describe('licensing', () => {
  it("LIC-1 gives storm's table for edred", async () => {
    const books = await openTestBooks(day('13:00:00'));
    await books.settings({});
    await books.assign('edred', 'Inbound Agent', 'Agent Calls', 'Agent E-mail');
    books.clock.jumpTo(day('13:30:28'));
    expect(await books.send({})).toEqual([{ index: 0, status: 'recorded', records: [1, 2] }]);
    expect(books.counts()).toEqual({ 'Inbound Agent': [1, 1], 'Agent E-mail': [1, 1] });
    books.clock.jumpTo(day('13:34:38'));
    await books.send({ logonSource: 'Paired Device' });
    expect(books.counts()).toEqual({ 'Inbound Agent': [1, 2], 'Agent E-mail': [1, 1], 'Agent Calls': [1, 1] });
    await books.restart();
    books.clock.jumpTo(day('17:04:40'));
    await books.send({ type: 'logout' });
    expect(books.counts()).toEqual({ 'Inbound Agent': [1, 1], 'Agent Calls': [1, 1] });
    const page = books.pipeline.committed.records(ORGANISATION, { limit: 10, order: 'asc' });
    expect(page?.items.map(({ usageType, licenceType, inUse, heldSeconds }) => [usageType, licenceType, inUse, heldSeconds])).toEqual([
      ['Acquired', 'Inbound Agent', 1, null],
      ['Acquired', 'Agent E-mail', 1, null],
      ['Acquired', 'Inbound Agent', 1, null],
      ['Acquired', 'Agent Calls', 1, null],
      ['Released', 'Inbound Agent', 1, 12852],
      ['Released', 'Agent E-mail', 0, 12852],
    ]);
  });

  it('LIC-2 a lease that runs out closes the session at that instant, also over a restart', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.send({ licences: ['Inbound Agent'], leaseMs: 60_000 });
    await books.passTo(day('08:00:59.999'));
    expect(books.counts()).toEqual({ 'Inbound Agent': [1, 1] });
    await books.passTo(day('08:01:05'));
    expect(books.counts()).toEqual({});
    const [, last] = books.pipeline.committed.records(ORGANISATION, { limit: 10, order: 'asc' })?.items ?? [];
    expect(last).toMatchObject({
      usageType: 'Released',
      loggedAt: '2020-03-06T08:01:00.000Z',
      logonSource: 'Agent Desktop Connection Lost',
      heldSeconds: 60,
    });
  });

  it('LIC-2 the shortest lease there can be ends after its login, and every one at a whole millisecond', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.settings({ defaultLeaseSeconds: 1e-9 });
    await books.send({ user: 'a', licences: ['Recording'] }, { user: 'b', licences: ['Recording'] });
    await books.passTo(day('08:00:01'));
    await books.settings({ defaultLeaseSeconds: 0.0025 });
    await books.send({ user: 'c', licences: ['Recording'] });
    await books.passTo(day('08:00:02'));
    await books.settings({ staleAfterSeconds: 0.0015 });
    await books.send({ user: 'd', licences: ['Recording'] });
    await books.passTo(day('08:00:03'));
    const records = books.pipeline.committed.records(ORGANISATION, { limit: 10, order: 'asc' })?.items ?? [];
    expect(records.map(({ user, loggedAt, inUse, heldSeconds }) => [user, loggedAt.slice(17), inUse, heldSeconds])).toEqual([
      ['a', '00.000Z', 1, null],
      ['b', '00.000Z', 2, null],
      ['a', '00.001Z', 1, 0.001],
      ['b', '00.001Z', 0, 0.001],
      ['c', '01.000Z', 1, null],
      ['c', '01.003Z', 0, 0.003],
      ['d', '02.000Z', 1, null],
    ]);
    const { items = [] } = (await books.pipeline.committed.anomalies(ORGANISATION, { limit: 10, kind: 'stale_session' })) ?? {};
    expect(items.map(({ user, at }) => [user, at.slice(17)])).toEqual([['d', '02.002Z']]);
  });

  it('LIC-3 after a downtime no lease ends sooner than one lease after readiness', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.send({ licences: ['Inbound Agent'], leaseMs: 60_000 });
    await books.restart(600_000);
    expect(books.counts()).toEqual({ 'Inbound Agent': [1, 1] });
    await books.passTo(day('08:10:59.999'));
    expect(books.counts()).toEqual({ 'Inbound Agent': [1, 1] });
    await books.passTo(day('08:11:00'));
    expect(books.counts()).toEqual({});
  });

  it('LIC-3 a lease that ended at the very last commit before a downtime has ended, whatever is known later', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.send({ licences: ['Inbound Agent'], leaseMs: 60_000 });
    await books.passTo(day('08:01:00'));
    await books.restart(600_000);
    expect(books.counts()).toEqual({});
    await books.send({ licences: ['Inbound Agent'], at: day('07:00:00') });
    expect(books.counts()).toEqual({});
  });

  it('LIC-4 pools: concurrent, then contingency, then over limit; sticky until the last holding closes', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 1 } } });
    for (const user of ['a', 'b', 'c']) await books.send({ user, licences: ['Recording'] });
    await books.send({ user: 'c', licences: ['Recording'], logonSource: 'Soft Client' }, { user: 'a', type: 'logout' });
    const row = books.usage().licences[0];
    expect(row).toMatchObject({
      inUse: 2,
      holdings: 3,
      concurrent: { total: 1, used: 0, available: 1 },
      contingency: { total: 1, used: 1, available: 0, maxUsed: 1 },
      overLimit: 1,
    });
    expect(row?.peak.day.value).toBe(2);
    books.clock.jumpTo(day('08:00:01'));
    await books.send(
      { user: 'c', type: 'logout' },
      { user: 'c', type: 'logout', logonSource: 'Soft Client' },
      { user: 'c', licences: ['Recording'] },
    );
    expect(books.usage().licences[0]).toMatchObject({
      concurrent: { used: 1 },
      contingency: { used: 1 },
      overLimit: 0,
      peak: { day: { value: 2, at: '2020-03-06T08:00:00.000Z' } },
    });
  });

  it('LIC-5 of whom several types were placed anew, a later event finds all of them in their new pools', async () => {
    const licences = ['Recording', 'Agent Calls'];
    // One of the entries carries the state of the user along: each has its turn.
    for (let heartbeats = 0; heartbeats < 17; heartbeats++) {
      const books = await openTestBooks(Date.parse('2026-10-31T20:00:00Z'));
      await books.settings({
        entitlements: { Recording: { concurrent: 0, contingency: 0 }, 'Agent Calls': { concurrent: 1, contingency: 0 } },
      });
      await books.send({ user: 'z', licences: ['Agent Calls'] }, { user: 'a', licences });
      for (let n = 0; n < heartbeats; n++) await books.send({ user: 'a', type: 'heartbeat' });
      await books.send({ user: 'z', type: 'logout' });
      await books.passTo(Date.parse('2026-11-01T02:00:00Z'));
      await books.send({ user: 'y', licences: ['Agent SMS'] });
      await books.send({ user: 'a', type: 'logout', at: Date.parse('2026-11-01T01:00:00Z') });
      expect(books.counts()).toEqual({ 'Agent SMS': [1, 1] });
      expect(books.usage().licences.map(({ concurrent, overLimit }) => [concurrent.used, overLimit])).toEqual([
        [0, 0],
        [0, 0],
        [1, 0],
      ]);
    }
  });

  it('LIC-5 at the start of a billing period everybody in overflow is placed anew, in order', async () => {
    const books = await openTestBooks(Date.parse('2020-03-31T22:00:00Z'));
    await books.settings({ timeZone: 'Europe/London', entitlements: { Recording: { concurrent: 1, contingency: 1 } } });
    for (const user of ['a', 'b', 'c']) {
      await books.send({ user, licences: ['Recording'] });
      books.clock.jumpTo(books.clock.now() + 1000);
    }
    await books.send({ user: 'a', type: 'logout' });
    await books.restart(7_200_000);
    expect(books.usage().licences[0]).toMatchObject({
      inUse: 2,
      concurrent: { used: 1 },
      contingency: { used: 1, maxUsed: 1, maxUsedAt: '2020-03-31T23:00:00.000Z' },
      overLimit: 0,
      peak: { billingPeriod: { value: 2, at: '2020-03-31T23:00:00.000Z' } },
    });
    const refreshed =
      books.pipeline.committed.records(ORGANISATION, { limit: 10, order: 'asc', logonSource: 'Refresh Contingency' })?.items ?? [];
    expect(refreshed.map((r) => [r.user, r.usageType, r.pool, r.inUse])).toEqual([
      ['b', 'Released', 'contingency', 2],
      ['b', 'Acquired', 'concurrent', 2],
      ['c', 'Released', 'over-limit', 2],
      ['c', 'Acquired', 'contingency', 2],
    ]);
  });

  it('LIC-6 scheduled log-off closes everything at its local time, once, also when it fell into a downtime', async () => {
    const books = await openTestBooks(day('18:00:00'));
    await books.settings({ scheduledLogOff: '19:30' });
    await books.send({ user: 'a', licences: ['Recording'] }, { user: 'b', licences: ['Recording', 'Agent Calls'] });
    await books.restart(3 * 3_600_000);
    expect(books.usage()).toMatchObject({ users: 0, sessions: 0 });
    const released = books.pipeline.committed.records(ORGANISATION, { limit: 10, order: 'asc', usageType: 'Released' })?.items ?? [];
    expect(released.map((r) => [r.user, r.loggedAt, r.logonSource])).toEqual(
      Array(3)
        .fill(0)
        .map((_, i) => [i === 0 ? 'a' : 'b', '2020-03-06T19:30:00.000Z', 'Scheduled Log Off']),
    );
  });

  it('LIC-7 ids are remembered over a restart, and the answer is that of the first time', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.send({ id: 'x', licences: ['Recording'] });
    await books.restart();
    expect(await books.send({ id: 'x', type: 'logout' }, { id: 'y', user: 'nobody', type: 'logout' })).toEqual([
      { index: 0, status: 'duplicate', records: [1] },
      { index: 1, status: 'ignored', reason: 'no_open_session', records: [] },
    ]);
    await books.restart();
    expect(await books.send({ id: 'y', user: 'nobody', type: 'logout' })).toEqual([
      { index: 0, status: 'duplicate', reason: 'no_open_session', records: [] },
    ]);
    expect(books.usage().anomalies).toBe(1);
  });

  it('LIC-10 what finds no session, and a login that acquires nothing, is ignored and listed, and changes nothing', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.send({ user: 'here', licences: ['Recording'] });
    const ignored = [
      { type: 'logout' as const },
      { type: 'heartbeat' as const },
      { type: 'logout' as const, user: 'here', device: 'deskphone' },
    ];
    const answers = await books.send(...ignored.map((event) => ({ user: 'nobody', ...event })), { user: 'new', licences: [] });
    expect(answers.map(({ status, reason, records }) => [status, reason, records])).toEqual([
      ['ignored', 'no_open_session', []],
      ['ignored', 'no_open_session', []],
      ['ignored', 'no_open_session', []],
      ['ignored', 'nothing_to_acquire', []],
    ]);
    expect(books.counts()).toEqual({ Recording: [1, 1] });
    expect(books.usage()).toMatchObject({ users: 1, sessions: 1, anomalies: 3 });
    const listed = (await books.pipeline.committed.anomalies(ORGANISATION, { limit: 10 }))?.items ?? [];
    expect(listed.map(({ kind, user }) => `${kind} ${user}`).sort()).toEqual([
      'no_open_session here',
      'no_open_session nobody',
      'no_open_session nobody',
      'nothing_to_acquire new',
    ]);
  });

  it('LIC-8 an id is remembered for 48 hours and then forgotten, in memory and on disk', async () => {
    const books = await openTestBooks(day('08:00:00'));
    const from = books.clock.now();
    await books.send({ id: 'x', user: 'a', type: 'logout' });
    await books.passTo(from + 48 * 3_600_000);
    expect((await books.send({ id: 'x', user: 'a', type: 'logout' }))[0]?.status).toBe('duplicate');
    await books.passTo(from + 48 * 3_600_000 + 60_000);
    expect([...books.store.range('ids', {})]).toEqual([]);
    expect((await books.send({ id: 'x', user: 'a', type: 'logout' }))[0]?.status).toBe('ignored');
  });

  it('LIC-11 what comes more than ten seconds after something newer was applied is listed as late, less is jitter', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.send({ user: 'first', licences: ['Recording'], at: day('07:00:00') });
    await books.send({ user: 'jitter', licences: ['Recording'], at: day('06:59:50') });
    expect((await books.pipeline.committed.anomalies(ORGANISATION, { limit: 10 }))?.items).toEqual([]);
    await books.send({ id: 'l-1', user: 'late', licences: ['Recording'], at: day('06:59:49.999') });
    expect((await books.pipeline.committed.anomalies(ORGANISATION, { limit: 10 }))?.items).toEqual([
      { at: '2020-03-06T06:59:49.999Z', kind: 'late_event', user: 'late', device: 'desktop', logonSource: 'Agent Desktop', eventId: 'l-1' },
    ]);
  });

  it('LIC-12 a session open for too long is listed once, at that instant, also over a restart', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.settings({ staleAfterSeconds: 3600 });
    await books.send({ user: 'a', licences: ['Recording'] }, { user: 'b', licences: ['Recording'], at: day('07:30:00') });
    await books.passTo(day('08:30:01'));
    const stale = async () => (await books.pipeline.committed.anomalies(ORGANISATION, { limit: 10, kind: 'stale_session' }))?.items ?? [];
    expect((await stale()).map((item) => [item.user, item.at])).toEqual([['b', '2020-03-06T08:30:00.000Z']]);
    await books.restart();
    await books.passTo(day('09:00:01'));
    await books.passTo(day('10:00:00'));
    expect((await stale()).map((item) => [item.user, item.at])).toEqual([
      ['b', '2020-03-06T08:30:00.000Z'],
      ['a', '2020-03-06T09:00:00.000Z'],
    ]);
  });

  it('ORDER-4 an event ahead of its time counts at once, and a lease that ends before it is worked in when the time has come', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.send({ licences: ['Recording'], leaseMs: 60_000 });
    await books.send({ type: 'logout', at: day('08:02:00') });
    expect(books.counts()).toEqual({});
    await books.passTo(day('08:02:01'));
    const records = books.pipeline.committed.records(ORGANISATION, { limit: 10, order: 'asc' })?.items ?? [];
    expect(records.map((record) => [record.usageType, record.loggedAt, record.logonSource])).toEqual([
      ['Acquired', '2020-03-06T08:00:00.000Z', 'Agent Desktop'],
      ['Released', '2020-03-06T08:01:00.000Z', 'Agent Desktop Connection Lost'],
    ]);
    expect(books.usage().anomalies).toBe(1);
  });

  it('ORDER-4 an event ahead of its time counts at once, and in the marks of the day and the period in which it lies', async () => {
    const late = Date.parse('2020-03-31T23:58:00Z');
    const books = await openTestBooks(late);
    await books.send({ user: 'a', licences: ['Recording'] });
    await books.send({ user: 'b', licences: ['Recording'], at: Date.parse('2020-04-01T00:02:00Z') });
    const marks = () => [books.counts(), books.usage().licences[0]?.peak];
    const today = { value: 1, at: '2020-03-31T23:58:00.000Z' };
    expect(marks()).toEqual([{ Recording: [2, 2] }, { day: today, billingPeriod: today }]);
    for (const restart of [false, true]) {
      if (restart) await books.restart();
      await books.passTo(Date.parse('2020-04-01T00:00:01Z') + Number(restart));
      const next = { value: 2, at: '2020-04-01T00:02:00.000Z' };
      expect(marks()).toEqual([{ Recording: [2, 2] }, { day: next, billingPeriod: next }]);
    }
  });

  it('ADMIN-2 entitlements that are replaced while other settings are on their way take none of these back', async () => {
    const books = await openTestBooks(day('08:00:00'));
    await books.settings({ effectiveFrom: '2020-03-01T00:00:00.000Z' });
    await Promise.all([
      books.settings({ name: 'Northwind', scheduledLogOff: '22:00' }),
      books.pipeline.putEntitlements(ORGANISATION, { Recording: { concurrent: 3, contingency: 1 } }, null),
    ]);
    expect(books.pipeline.committed.organisation(ORGANISATION)).toEqual({
      organisation: ORGANISATION,
      name: 'Northwind',
      timeZone: 'UTC',
      billingPeriodStartDay: 1,
      scheduledLogOff: '22:00',
      entitlements: { Recording: { concurrent: 3, contingency: 1 } },
    });
  });
});
