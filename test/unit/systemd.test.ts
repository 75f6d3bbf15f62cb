import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DAMAGED } from '../../server/cli/exit-codes.ts';
import { STOP_WITHIN_MS } from '../../server/cli/serve.ts';
import type { Health } from '../../server/pipeline-types.ts';
import { DEAD_MS } from '../../server/recording.ts';
import { createSystemd } from '../../server/systemd.ts';
import { createManualClock } from '../support/manual-clock.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const FULL: Health = { state: 'degraded', reasons: ['The disk is full', 'and slow'] };

function below(env: NodeJS.ProcessEnv, fails = false) {
  const clock = createManualClock(START);
  const [sent, warned]: [string[], string[]] = [[], []];
  const send = async (lines: string[]) => {
    sent.push(lines.join(' '));
    if (fails) throw new Error('ENOENT');
  };
  const systemd = createSystemd({ env, clock, send, log: { warn: (_fields, message) => warned.push(message) } });
  const condition = { health: { state: 'ready' } as Health, turnedAt: clock.running() };
  /** Lets what is due happen, and messages go, one second after the other. */
  const pass = async (seconds: number, turns = true) => {
    for (let n = 0; n < seconds; n++) {
      if (turns) condition.turnedAt = clock.running() + 1_000;
      clock.advanceTo(clock.now() + 1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return sent.splice(0);
  };
  return { systemd, condition, pass, warned };
}

it('SYSTEMD-1 without a notification socket nothing is sent', async () => {
  const { systemd, condition, pass } = below({ WATCHDOG_USEC: '4000000' });
  systemd.ready(() => condition);
  systemd.stopping();
  expect(await pass(10)).toEqual([]);
});

it('SYSTEMD-2 it says when it is ready, what it does whenever that changes, and when it stops; nothing after that', async () => {
  const { systemd, condition, pass } = below({ NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '600000000' });
  expect(await pass(2)).toEqual([]);
  systemd.ready(() => condition);
  expect(await pass(3)).toEqual(['READY=1 STATUS=Recording']);
  condition.health = FULL;
  expect(await pass(3)).toEqual(['STATUS=The disk is full; and slow']);
  condition.health = { state: 'ready' };
  expect(await pass(3)).toEqual(['STATUS=Recording']);
  systemd.stopping();
  expect(await pass(900)).toEqual(['STOPPING=1 STATUS=Stopping']);
});

it('SYSTEMD-3 the watchdog hears of it at half its time, on a full disk too, but not while the line is stuck', async () => {
  const { systemd, condition, pass } = below({ NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '10000000' });
  systemd.ready(() => condition);
  await pass(1);
  expect(await pass(19)).toEqual(['WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
  condition.health = FULL;
  expect(await pass(10)).toEqual([expect.stringContaining('STATUS='), 'WATCHDOG=1', 'WATCHDOG=1']);
  expect(await pass(5, false)).toHaveLength(1);
  expect(await pass(60, false)).toEqual([]);
  expect(await pass(5)).toEqual(['WATCHDOG=1']);
});

it.each(['', '0', '-5', 'soon', undefined])('SYSTEMD-3 a watchdog time of %j is none', async (usec) => {
  const { systemd, condition, pass } = below({ NOTIFY_SOCKET: '/run/notify', ...(usec !== undefined && { WATCHDOG_USEC: usec }) });
  systemd.ready(() => condition);
  expect(await pass(30)).toEqual(['READY=1 STATUS=Recording']);
});

it('SYSTEMD-4 where nothing can be sent that is logged once, and the daemon goes on', async () => {
  const { systemd, condition, pass, warned } = below({ NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '2000000' }, true);
  systemd.ready(() => condition);
  expect((await pass(10)).length).toBeGreaterThan(5);
  expect(warned).toEqual([expect.stringContaining('systemd-notify')]);
});

it('SYSTEMD-6 the unit that is shipped fits the daemon', () => {
  const unit = readFileSync('docs/highwater.service', 'utf8');
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];
  expect([value('Type'), value('NotifyAccess'), value('Restart')]).toEqual(['notify', 'all', 'on-failure']);
  expect(Number(value('RestartPreventExitStatus'))).toBe(DAMAGED);
  expect(Number(value('TimeoutStopSec')) * 1_000).toBeGreaterThan(STOP_WITHIN_MS);
  expect(Number(value('WatchdogSec')) * 1_000).toBeGreaterThan(DEAD_MS);
});
