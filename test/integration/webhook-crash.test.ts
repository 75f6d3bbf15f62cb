import { describe, expect, it } from 'vitest';
import type { AlertTransitionView, DeliveryView } from '../../shared/alerts.ts';
import { type Account, differences, sumsOf } from '../crash/webhook-ledger.ts';
import { webhookLoop } from '../crash/webhook-loop.ts';

it('HOOK-40 over kill -9 at any moment each transition is delivered, dead or pending to each receiver, under one id, and in order', async () => {
  const { transitions, receivers } = await webhookLoop({ rounds: 3, seed: Date.now() % 1_000_000 });
  // A round ends after twenty messages at least, retries among them, to six receivers.
  expect(transitions).toBeGreaterThan(3);
  for (const name of ['good', 'slow', 'failing', 'dead', 'losing']) {
    const { delivered = 0, dead = 0, coalesced = 0, pending = 0 } = receivers[name] ?? {};
    expect([name, delivered + dead + coalesced, pending]).toEqual([name, transitions, 0]);
  }
  expect(receivers['good']).toMatchObject({ delivered: transitions });
  expect(receivers['dead']).toMatchObject({ delivered: 0 });
});

/** A ledger that cannot complain proves nothing. */
describe('HOOK-78: the ledger notices', () => {
  const transition = (seq: number, to: 'firing' | 'resolved') => ({ seq, to }) as AlertTransitionView;
  const delivery = (nth: number, rest: Partial<DeliveryView> = {}) =>
    ({ id: `msg_${nth}`, type: nth % 2 ? 'alert.firing' : 'alert.resolved', status: 'delivered', attempts: [], ...rest }) as DeliveryView;
  const heard = (nth: number, rest = {}) => ({
    id: `msg_${nth}`,
    raw: `${nth}`,
    data: { seq: nth * 10, rule: 'r' },
    accepted: true,
    ...rest,
  });
  const account = (change: Partial<Account> = {}): Account => ({
    transitions: [transition(10, 'firing'), transition(20, 'resolved')],
    deliveries: [delivery(1), delivery(2)],
    heard: [heard(1), heard(1), heard(2)],
    always: true,
    ...change,
  });

  it.each<[string, Partial<Account>, string]>([
    ['a lost message', { deliveries: [delivery(1)] }, '2 transitions, 1 messages'],
    ['one id for two', { deliveries: [delivery(1), delivery(1)] }, '2 messages have 1 ids'],
    ['a delivery that nobody took', { heard: [heard(1)] }, 'msg_2 counts as delivered and was never taken'],
    ['the wrong order', { heard: [heard(2), heard(1)] }, 'msg_1 about r came after a later one'],
    ['two contents', { heard: [heard(1), heard(1, { raw: 'x' }), heard(2)] }, 'two contents'],
    ['a message from nowhere', { heard: [heard(1), heard(2), heard(3)] }, 'msg_3 was heard and is not listed'],
    ['the wrong step', { heard: [heard(1, { data: { seq: 20, rule: 'r' } }), heard(2)] }, 'msg_1 is message 0 and tells of transition 1'],
    [
      'one that was left out and sent',
      { deliveries: [delivery(1, { status: 'failed', coalescedInto: 'msg_2' }), delivery(2)] },
      'left out and yet sent',
    ],
    [
      'one that was left out for nothing',
      { deliveries: [delivery(1), delivery(2, { status: 'failed', coalescedInto: 'msg_1' })], heard: [heard(1)] },
      'which is no later message',
    ],
  ])('%s', (_, change, complaint) => expect(differences(account(change)).join('\n')).toContain(complaint));

  it('nothing, where all is well', () => {
    expect(differences(account())).toEqual([]);
    expect(sumsOf(account().deliveries)).toEqual({ delivered: 2, dead: 0, coalesced: 0, pending: 0 });
  });
});
