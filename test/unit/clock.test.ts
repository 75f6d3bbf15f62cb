import { describe, expect, it, onTestFinished } from 'vitest';
import { steadyClock } from '../../server/steady-clock.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { startApp } from '../support/app.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';
import { createManualClock } from '../support/manual-clock.ts';

const START = Date.parse('2026-11-24T00:10:00Z');
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

describe('the clock', () => {
  it('CLOCK-1 never goes back: it goes at half the speed until the machine’s has caught up, and says once by how much', () => {
    const wall = createManualClock(START);
    const told: [number, boolean][] = [];
    const clock = steadyClock(wall, (...what) => told.push(what));
    expect(clock.now()).toBe(START);
    wall.setTo(START - HOUR);
    expect([clock.now(), clock.ahead()]).toEqual([START, HOUR]);
    // Asked at every millisecond too, where half of one would be nothing.
    for (let step = 1; step <= 60; step++) {
      wall.jumpTo(START - HOUR + step);
      clock.now();
    }
    expect([clock.now(), clock.ahead()]).toEqual([START + 30, HOUR - 30]);
    wall.jumpTo(START - HOUR + 30 * MINUTE);
    expect(clock.now()).toBe(START + 15 * MINUTE);
    wall.jumpTo(START + HOUR);
    expect([clock.now(), clock.ahead(), told]).toEqual([START + HOUR, 0, [[HOUR, false]]]);
  });

  it('CLOCK-2 one that was wrong by more than a day is followed back', () => {
    const wall = createManualClock(START + 400 * DAY);
    const told: [number, boolean][] = [];
    const clock = steadyClock(wall, (...what) => told.push(what));
    clock.now();
    wall.setTo(START);
    expect([clock.now(), clock.ahead(), told]).toEqual([START, 0, [[400 * DAY, true]]]);
  });

  it.each([
    [DAY, START + DAY],
    [DAY + 1, START - 1],
  ])('CLOCK-2 set back by %i ms it says %i: a day is waited for, more is not', (back, says) => {
    const wall = createManualClock(START + DAY);
    const clock = steadyClock(wall, () => {});
    clock.now();
    wall.setTo(START + DAY - back);
    expect(clock.now()).toBe(says);
  });

  it('CLOCK-3 set back over midnight, also over a restart: who logs out after that is free, and nobody is counted twice', async () => {
    const clock = createManualClock(START);
    const store = createMemoryStore();
    const event = { organisation: '129', logonSource: 'Agent Desktop', licences: ['Recording'] };
    const usage = async (app: Awaited<ReturnType<typeof startApp>>) => {
      const { body } = await app.get<{ users: number; anomalies: number; licences: { inUse: number; peak: { day: { value: number } } }[] }>(
        '/api/v1/organisations/129/usage',
      );
      return [body.users, body.anomalies, body.licences[0]?.inUse, body.licences[0]?.peak.day.value];
    };
    const first = await startApp(onTestFinished, { clock, store });
    await first.post('/api/v1/events', [
      { ...event, type: 'login', user: 'a' },
      { ...event, type: 'login', user: 'b' },
    ]);
    clock.setTo(START - HOUR);
    clock.jumpTo(clock.now() + 10);
    await first.post('/api/v1/events', { type: 'logout', organisation: '129', user: 'a', logonSource: 'Agent Desktop' });
    clock.jumpTo(clock.now() + 10);
    await first.post('/api/v1/events', { ...event, type: 'login', user: 'a' });
    expect(await usage(first)).toEqual([2, 0, 2, 2]);
    expect((await first.get('/readyz')).body).toMatchObject({ status: 'ready', notes: [expect.stringContaining('set back')] });
    await first.close();

    const second = await startApp(onTestFinished, { clock, store });
    clock.jumpTo(clock.now() + 10);
    await second.post('/api/v1/events', { type: 'logout', organisation: '129', user: 'b', logonSource: 'Agent Desktop' });
    expect(await usage(second)).toEqual([1, 0, 1, 2]);
  });

  it('CLOCK-4 set forward, or slept: no lease ends before its holder had a whole one to be heard again, and the stretch is not complete', async () => {
    const books = await openTestBooks(START);
    await books.send(
      { user: 'heard', leaseMs: 5 * MINUTE, licences: ['Recording'] },
      { user: 'gone', leaseMs: 5 * MINUTE, licences: ['Recording'] },
    );
    books.clock.advanceTo(START + MINUTE);
    books.clock.setTo(START + MINUTE + HOUR);
    const woken = books.clock.now();
    await books.passTo(woken + 100);
    await books.passTo(woken + 4 * MINUTE);
    expect(books.counts()).toEqual({ Recording: [2, 2] });
    await books.send({ type: 'heartbeat', user: 'heard' });
    await books.passTo(woken + 6 * MINUTE);
    expect(books.counts()).toEqual({ Recording: [1, 1] });
    await books.restart();
    expect(books.counts()).toEqual({ Recording: [1, 1] });
    const complete: boolean[] = [];
    for await (const rows of books.pipeline.committed.reports(ORGANISATION)?.history({ from: START, to: woken + HOUR, resolution: '1h' }) ??
      [])
      complete.push(...rows.map((row) => row.complete));
    expect(complete).toEqual([false, false]);
  });

  it('CLOCK-5 set back by an hour in the middle of the day: who is heard of in time stays, who is not goes once, and each record is there once', async () => {
    const noon = Date.parse('2026-11-24T12:00:00Z');
    const clock = createManualClock(noon);
    const app = await startApp(onTestFinished, { clock, store: createMemoryStore() });
    const event = { organisation: '129', logonSource: 'Agent Desktop' };
    const login = (user: string) => ({ ...event, type: 'login', user, licences: ['Recording'], leaseSeconds: 300 });
    await app.post('/api/v1/events', [login('heard'), login('gone')]);
    clock.setTo(noon - HOUR);
    const counted: number[] = [];
    for (let minutes = 4; minutes <= 40; minutes += 4) {
      clock.jumpTo(noon - HOUR + minutes * MINUTE);
      await app.post('/api/v1/events', { ...event, type: 'heartbeat', user: 'heard' });
      counted.push((await app.get<{ users: number }>('/api/v1/organisations/129/usage')).body.users);
    }
    // The daemon's time goes at half the speed, so that five minutes of it are ten.
    expect(counted).toEqual([2, 2, 1, 1, 1, 1, 1, 1, 1, 1]);
    const { body } = await app.get<{ items: { usageType: string; user: string }[] }>('/api/v1/organisations/129/records?order=asc');
    expect(body.items.map(({ usageType, user }) => `${usageType} ${user}`)).toEqual(['Acquired heard', 'Acquired gone', 'Released gone']);
  });

  it.each([
    ['goes back', '2026-10-25T00:00:00Z', 25],
    ['goes forward', '2026-03-29T00:00:00Z', 23],
  ])('CLOCK-6 where local time %s by an hour nobody is freed or counted twice, and the day has its hours', async (_how, midnight, hours) => {
    const change = Date.parse(midnight) + HOUR;
    const books = await openTestBooks(change - 5 * HOUR);
    await books.settings({ timeZone: 'Europe/London' });
    await books.send({ user: 'a', leaseMs: 5 * MINUTE, licences: ['Recording'] });
    const counted = new Set<string>();
    for (let at = books.clock.now() + 4 * MINUTE; at <= change + 26 * HOUR; at += 4 * MINUTE) {
      await books.passTo(at);
      await books.send({ type: 'heartbeat', user: 'a' });
      counted.add(JSON.stringify(books.counts()));
    }
    expect([...counted]).toEqual(['{"Recording":[1,1]}']);
    const query = { from: change, to: change + 1, resolution: '1d' as const };
    const days: [number, number, number][] = [];
    for await (const rows of books.pipeline.committed.reports(ORGANISATION)?.history(query) ?? [])
      days.push(
        ...rows.map(({ start, end, inUse }): [number, number, number] => [
          (Date.parse(end) - Date.parse(start)) / HOUR,
          inUse.average,
          inUse.highest,
        ]),
      );
    expect(days).toEqual([[hours, 1, 1]]);
    expect(books.usage().anomalies).toBe(0);
  });
});
