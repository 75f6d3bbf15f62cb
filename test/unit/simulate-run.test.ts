import { describe, expect, it } from 'vitest';
import { type RunOptions, runSimulation } from '../../server/simulate/run.ts';
import { type FakeDaemon, fakeDaemon } from '../support/fake-daemon.ts';
import { letPass } from '../support/let-pass.ts';
import { createManualClock } from '../support/manual-clock.ts';

const options: RunOptions = { url: 'http://daemon', organisation: '129', users: 50, rate: 100, seed: 3, durationSeconds: 20 };

function start(daemon: FakeDaemon, over: Partial<RunOptions> = {}) {
  const clock = createManualClock(Date.UTC(2026, 10, 24));
  const stop = new AbortController();
  const notes: string[] = [];
  const summary = runSimulation(
    { ...options, ...over },
    {
      clock,
      fetch: daemon.fetch,
      random: () => 0.5,
      stopwatch: clock.now,
      signal: stop.signal,
      tell: { note: (text) => void notes.push(text), progress: () => {} },
    },
  );
  summary.catch(() => {});
  return { clock, stop, notes, summary };
}

describe('a run of the simulator', () => {
  it('SIM-10: puts the organisation and its people, lets the staff in within seconds, then keeps the rate', async () => {
    const daemon = fakeDaemon();
    const { clock, summary } = start(daemon);
    await letPass(clock, 21_000);
    const result = await summary;
    expect(daemon.requests[1]).toMatchObject({ method: 'PUT', path: '/api/v1/organisations/129', body: { timeZone: 'Europe/London' } });
    expect(daemon.requests[2]).toMatchObject({ method: 'PUT', path: '/api/v1/organisations/129/users' });
    expect(daemon.requests[2]?.body).toHaveLength(50);
    expect(result.warmUpEvents).toBeGreaterThan(40);
    expect(result.events).toBeGreaterThan(1_600);
    expect(result.rate.achieved).toBeCloseTo(100, -1);
    expect(result).toMatchObject({ unacknowledged: 0, duplicates: 0, retries: 0, acknowledged: daemon.events.length });
  });

  it.each([
    ['somebody described keeps its settings', { name: 'Northwind', timeZone: 'Europe/London' }, 0],
    ['only events made gets ours', { name: '129', timeZone: 'UTC' }, 1],
  ])('SIM-11: an organisation that %s', async (_, view, puts) => {
    const daemon = fakeDaemon();
    daemon.organisation = { organisation: '129', entitlements: {}, ...view };
    const { clock, summary, notes } = start(daemon, { durationSeconds: 1 });
    await letPass(clock, 2_000);
    await summary;
    expect(daemon.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith('/129'))).toHaveLength(puts);
    expect(notes.join().includes('its settings stay')).toBe(puts === 0);
  });

  it('SIM-12: what an earlier run left logged in is logged out first, and only that', async () => {
    const daemon = fakeDaemon();
    const { staff } = await import('../../server/simulate/simulation.ts').then((m) => m.createSimulation({ ...options, run: 'x' }));
    const user = staff[0]?.user ?? '';
    daemon.sessions = [
      { user, device: 'desktop', logonSource: 'Agent Desktop' },
      { user: 'edred', device: 'desktop', logonSource: 'Agent Desktop' },
    ];
    const { clock, summary } = start(daemon, { durationSeconds: 1 });
    await letPass(clock, 2_000);
    await summary;
    expect(daemon.events[0]).toMatchObject({ type: 'logout', user, device: 'desktop', logonSource: 'Agent Desktop' });
    expect(daemon.events.filter((event) => event.user === 'edred')).toEqual([]);
  });

  it('SIM-13: what was not acknowledged is sent again with the same ids, in the order of each person', async () => {
    const calm = fakeDaemon();
    const quiet = start(calm);
    await letPass(quiet.clock, 30_000);
    await quiet.summary;

    const daemon = fakeDaemon();
    daemon.trouble = ['lost', 503, 'unreachable', 'lost', 503];
    const { clock, summary, notes } = start(daemon);
    await letPass(clock, 40_000);
    const result = await summary;
    expect(result.retries).toBe(5);
    expect(result.unacknowledged).toBe(0);
    expect(result.duplicates).toBeGreaterThan(0);
    expect(notes.join()).toContain('ECONNREFUSED');
    expect(daemon.events).toEqual(calm.events.slice(0, daemon.events.length));
  });

  it('SIM-14: a refusal ends the run and says why', async () => {
    const daemon = fakeDaemon();
    daemon.trouble = [400];
    const { clock, summary } = start(daemon);
    await letPass(clock, 5_000);
    await expect(summary).rejects.toThrow('the daemon refused (400): no (user must not be empty)');
  });

  it('SIM-15: told to stop it waits for the answers that are out and ends', async () => {
    const daemon = fakeDaemon();
    const { clock, stop, summary } = start(daemon, { durationSeconds: undefined });
    await letPass(clock, 10_000);
    stop.abort();
    const result = await summary;
    expect(result.unacknowledged).toBe(0);
    expect(result.acknowledged).toBe(daemon.events.length);
  });

  it('SIM-15: told to stop while the daemon is away it ends as well, and counts what is missing', async () => {
    const daemon = fakeDaemon();
    const { clock, stop, summary } = start(daemon, { durationSeconds: undefined });
    await letPass(clock, 10_000);
    daemon.trouble = Array.from({ length: 100 }, () => 'unreachable' as const);
    await letPass(clock, 5_000);
    stop.abort();
    expect((await summary).unacknowledged).toBeGreaterThan(0);
  });

  it('SIM-16: while the daemon is away the queue does not grow without limit, and there is no burst afterwards', async () => {
    const daemon = fakeDaemon();
    const { clock, stop, summary } = start(daemon, { durationSeconds: undefined, rate: 500 });
    await letPass(clock, 10_000);
    const before = daemon.events.length;
    daemon.trouble = Array.from({ length: 30 }, () => 'unreachable' as const);
    await letPass(clock, 120_000);
    await letPass(clock, 60_000);
    stop.abort();
    const result = await summary;
    expect(result.unacknowledged).toBe(0);
    // Thirty tries take some 95 s with this back-off, of 180; what was queued may come on top.
    expect(daemon.events.length - before).toBeLessThan(500 * 90);
    expect(daemon.events.length - before).toBeGreaterThan(500 * 60);
  });

  it('SIM-17: a daemon that never answers is given up with a sentence', async () => {
    const daemon = fakeDaemon();
    daemon.fetch = () => Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) }));
    const { clock, summary } = start(daemon);
    await letPass(clock, 60_000);
    await expect(summary).rejects.toThrow('no daemon at http://daemon: ECONNREFUSED');
  });
});
