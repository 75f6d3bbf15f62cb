/** What is not of the line may fail without ending it. An error that nobody catches fails the run of these tests. */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CloserParts, createCloser } from '../../server/billing/closer.ts';
import { USUAL_CLOSING } from '../../server/billing/closing-times.ts';
import { carefulClock } from '../../server/careful-clock.ts';
import { createForecaster, type ForecasterParts } from '../../server/forecaster.ts';
import { createToken, watchTokens } from '../../server/tokens.ts';
import type { Webhook } from '../../server/webhooks/outbox.ts';
import { startRefresh } from '../../server/webhooks/refresh.ts';
import { startWatchdog } from '../../server/webhooks/watchdog.ts';
import { alertRule } from '../support/alert-rule.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';
import { settle } from '../support/let-pass.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { tempDir } from '../support/temp-dir.ts';
import { SECRET } from '../support/webhooks.ts';
import { startWorker, type WorkerOptions } from '../support/worker.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const FAILED = 'something beside the line failed';

const fail = (): never => {
  throw new Error('a defect');
};

function listen() {
  const told: string[] = [];
  const note = (_: object, message: string): void => void told.push(message);
  return { told, log: { error: note, warn: note } };
}

/** One alert that fires and is over, told to a worker with these parts. */
async function told(options: (webhook: (...which: [string, string]) => Webhook | undefined) => WorkerOptions) {
  const books = await openTestBooks(START);
  const { alerts } = books.pipeline;
  await books.settings({});
  await alerts.putRules(ORGANISATION, [{ id: 'full', rule: alertRule({ threshold: 1 }) }]);
  const given = { id: 'ops', url: 'https://a.example/', format: 'standard' as const, enabled: true };
  await alerts.putWebhook(ORGANISATION, { ...given, events: ['alert.firing', 'alert.resolved'] }, SECRET);
  const worker = startWorker(books, options(alerts.shown.webhook));
  for (const type of ['login', 'logout'] as const) {
    await books.send({ type, user: 'a', licences: ['A'] });
    await settle(12);
  }
  await worker.pass(2);
  const deliveries = alerts.shown.deliveries(ORGANISATION, 'ops', undefined, { limit: 9 })?.items ?? [];
  return { worker, states: deliveries.toReversed().map(({ type, status }) => `${type} ${status}`) };
}

describe('what fails beside the line', () => {
  it('FAULT-12 a message that cannot be put together fails with the reason, and is tried again when it is due', async () => {
    const { worker, states } = await told((webhook) => ({
      webhook: (...which) => {
        const found = webhook(...which);
        return found && { ...found, secret: 'no base64!' };
      },
    }));
    expect([worker.sent, worker.defects]).toEqual([[], []]);
    expect(states).toEqual(['alert.firing pending', 'alert.resolved pending']);
  });

  it('FAULT-12 a message that went out is delivered, though what was sent cannot be kept', async () => {
    const { worker, states } = await told((webhook) => ({
      webhook: (...which) => {
        const found = webhook(...which);
        return found && { ...found, oldSecrets: [{ secret: 7 as unknown as string, endsAt: 0 }] };
      },
    }));
    expect(worker.sent.map(({ type }) => type)).toEqual(['alert.firing', 'alert.resolved']);
    expect(states).toEqual(['alert.firing delivered', 'alert.resolved delivered']);
    expect(worker.defects).toEqual(Array(2).fill(expect.stringContaining('what was sent to a receiver could not be kept')));
  });

  it('FAULT-12 one that cannot be dealt with stays pending for the next start, and those after it go out', async () => {
    let counted = 0;
    const { worker, states } = await told(() => ({ count: () => (counted++ === 0 ? fail() : undefined) }));
    expect(worker.sent.map(({ type }) => type)).toEqual(['alert.firing', 'alert.resolved']);
    expect(states).toEqual(['alert.firing pending', 'alert.resolved delivered']);
    expect(worker.defects).toEqual([`${FAILED}: a defect`]);
  });

  it('FAULT-12 forecasts, statements, Alertmanagers and the watchdog are looked at again when they are due', async () => {
    const { told: heard, log } = listen();
    const clock = createManualClock(START);
    const beside = carefulClock(clock, log);
    const forecaster = createForecaster({
      clock: beside,
      log,
      pipeline: { alerts: { forecastsDue: fail } } as unknown as ForecasterParts['pipeline'],
    });
    const pipeline = { health: () => ({ state: 'ready' }), committed: { organisations: fail } } as unknown as CloserParts['pipeline'];
    const closer = createCloser({ clock: beside, log, pipeline, times: USUAL_CLOSING });
    const still = {
      organisation: '1',
      webhook: { id: 'am' } as Webhook,
      alerts: [{ about: 'x', type: 'alert.firing' as const, data: {} }],
    };
    const sender = { send: fail };
    startRefresh({ clock: beside, log, sender, hold: fail, firing: () => [still], home: '', count: () => {} });
    const settings = { url: 'https://beat.example/', everySeconds: 10, method: 'GET' as const };
    startWatchdog({ settings, clock: beside, log, sender, reasons: fail, count: () => {} });
    await settle(6);
    expect(heard).toEqual(Array(3).fill(FAILED));
    for (let second = 0; second < 60; second++) {
      clock.advanceTo(clock.now() + 1_000);
      await settle(3);
    }
    // Six forecasts, two looks at statements, one at Alertmanagers and six beats.
    expect(heard).toEqual(Array(3 + 6 + 2 + 1 + 6).fill(FAILED));
    await Promise.all([forecaster.close(), closer.stop()]);
  });

  it('FAULT-12 a timer that fails goes on', () => {
    const { told: heard, log } = listen();
    const clock = createManualClock(START);
    const beside = carefulClock(clock, log);
    const stop = beside.every(1_000, fail);
    beside.after(500, fail);
    clock.advanceTo(START + 1_000);
    clock.advanceTo(START + 2_000);
    stop();
    clock.advanceTo(START + 3_000);
    expect(heard).toEqual(Array(3).fill(FAILED));
  });

  it('FAULT-12 a file of tokens that cannot even be looked at leaves those that were known, and is told once', () => {
    const directory = tempDir();
    onTestFinished(directory.remove);
    const path = join(directory.path, 'data');
    mkdirSync(path);
    createToken(path, { name: 'wall', role: 'viewer', now: new Date(START), expiresAt: null });
    const errors: string[] = [];
    const tokens = watchTokens(path, (error) => errors.push(String(error)));
    rmSync(join(path, 'tokens.json'));
    symlinkSync('tokens.json', join(path, 'tokens.json'));
    for (let ask = 0; ask < 3; ask++) expect(tokens().map(({ name }) => name)).toEqual(['wall']);
    expect(errors).toEqual([expect.stringContaining('ELOOP')]);
  });
});
