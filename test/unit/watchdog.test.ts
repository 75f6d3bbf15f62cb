import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';
import type { Message } from '../../server/webhooks/post.ts';
import { startWatchdog } from '../../server/webhooks/watchdog.ts';
import { createManualClock } from '../support/manual-clock.ts';

const START = Date.parse('2026-11-24T08:00:00Z');

function watch(method: 'GET' | 'POST' = 'GET') {
  const clock = createManualClock(START);
  const sent: Message[] = [];
  const outcomes: string[] = [];
  const log: string[] = [];
  const state = { reasons: [] as string[], status: 200 };
  const watchdog = startWatchdog({
    settings: { url: 'https://beat.example/uuid', everySeconds: 20, method },
    clock,
    sender: {
      send: async (message) => {
        sent.push(message as Message);
        return { status: state.status };
      },
    },
    reasons: () => state.reasons,
    count: (outcome) => outcomes.push(outcome),
    log: { warn: (_, message) => void log.push(message), error: (_, message) => void log.push(message) },
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    sent,
    outcomes,
    log,
    state,
    watchdog,
    async pass(seconds: number) {
      clock.advanceTo(clock.now() + seconds * 1000);
      await settled();
    },
    async commit(seq: number) {
      watchdog.committed(seq);
      await settled();
    },
  };
}

describe('the watchdog', () => {
  it('WATCH-1 beats with the first commit and then at its interval, while things are written', async () => {
    const { sent, outcomes, commit, pass } = watch();
    await pass(10);
    expect(sent).toEqual([]);
    await commit(1);
    await pass(10);
    await commit(2);
    await pass(20);
    expect(sent.map(({ method, url, body }) => [method, url, body])).toEqual(Array(3).fill(['GET', 'https://beat.example/uuid', '']));
    expect(outcomes).toEqual(['sent', 'sent', 'sent']);
  });

  it('WATCH-2 is silent where nothing is written, whatever the daemon says of itself, and says so once', async () => {
    const { sent, outcomes, log, commit, pass } = watch();
    await commit(1);
    await pass(20);
    await pass(20);
    await pass(20);
    expect([sent.length, outcomes]).toEqual([2, ['sent', 'sent', 'withheld', 'withheld']]);
    expect(log).toEqual(['the watchdog is silent: nothing is recorded']);
    await commit(2);
    await pass(20);
    expect(log).toEqual(['the watchdog is silent: nothing is recorded', 'the watchdog beats again']);
  });

  it('WATCH-3 is silent while the daemon is not ready, and once it stops', async () => {
    const { sent, state, watchdog, commit, pass } = watch();
    state.reasons = ['The disk is full'];
    await commit(1);
    await pass(20);
    expect(sent).toEqual([]);
    state.reasons = [];
    watchdog.close();
    await pass(60);
    expect(sent).toEqual([]);
  });

  it('WATCH-4 by POST it says how far the records go; a refusal is counted and logged once', async () => {
    const { sent, outcomes, log, state, commit, pass } = watch('POST');
    state.status = 404;
    await commit(7);
    await pass(20);
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({ state: 'ready', seq: 7, at: '2026-11-24T08:00:00.000Z' });
    expect([outcomes, log]).toEqual([['failed', 'failed'], ['the watchdog cannot be reached']]);
  });

  it('WATCH-5 it goes only where webhooks may go', () => {
    const load = (more: string) => loadConfig({ file: `watchdog: {url: "http://127.0.0.1:1/beat"}\n${more}` });
    expect(() => load('')).toThrow(/^watchdog\.url: .*webhooks\.allowTargets/);
    expect(load('webhooks: {allowTargets: ["127.0.0.1/32"]}').config.watchdog).toEqual({
      url: 'http://127.0.0.1:1/beat',
      everySeconds: 60,
      method: 'GET',
    });
    expect(() => loadConfig({ file: 'watchdog: {url: "https://a.example/", everySeconds: 1, method: PUT}' })).toThrow(
      /everySeconds[\s\S]*method/,
    );
  });
});
