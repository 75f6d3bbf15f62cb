import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLiveClient, DEAD_AFTER_MS, type SocketListeners } from '../../dashboard/client/live-client.ts';
import { type ServerFrame, STALE_AFTER_MS } from '../../shared/live-protocol.ts';
import { formatInstant } from '../../shared/time.ts';
import { createFakeLiveServer, licenceRow } from './support-live-server.ts';
import { manualLocalClock } from './support-local-clock.ts';

/** Enough for the longest pause, a dead socket to be noticed, and a snapshot. */
const TO_HEAL_MS = 60_000;

function world(random: () => number = () => 0.5) {
  const clock = manualLocalClock();
  const server = createFakeLiveServer(clock);
  const builds: string[] = [];
  const client = createLiveClient({ connect: server.connect, clock, random, onBuild: (id) => builds.push(id) });
  return { clock, server, client, builds };
}

function live() {
  const all = world();
  all.server.change('129', 'Inbound Agent', 1);
  all.client.choose('129');
  all.client.start();
  all.clock.advance(1_000);
  expect(all.client.connection()).toBe('live');
  return all;
}

const numbers = (usage: { licences: { licenceType: string; inUse: number }[] } | undefined) =>
  Object.fromEntries((usage?.licences ?? []).map((row) => [row.licenceType, row.inUse]));

describe('live client', () => {
  it('UI-3: follows the server, and rows that did not change keep their identity', () => {
    const { client, server, clock } = live();
    server.change('129', 'Agent Calls', 7);
    clock.advance(100);
    const before = client.state()?.usage.licences[0];
    server.change('129', 'Agent Calls', 8);
    clock.advance(100);
    expect(numbers(client.state()?.usage)).toEqual({ 'Inbound Agent': 1, 'Agent Calls': 8 });
    expect(client.state()?.usage.licences[0]).toBe(before);
  });

  it('UI-4: a delta that does not follow leads to one new subscription and the right numbers', () => {
    const { client, server, clock } = live();
    const before = server.subscriptions();
    server.change('129', 'Agent Calls', 7, true);
    server.change('129', 'Agent Calls', 8);
    server.change('129', 'Inbound Agent', 2);
    clock.advance(1_000);
    expect(numbers(client.state()?.usage)).toEqual({ 'Inbound Agent': 2, 'Agent Calls': 8 });
    expect(server.subscriptions()).toBe(before + 1);
  });

  it('UI-5: beats keep the numbers fresh; after 10 s without one they are old, and since when is known', () => {
    const { client, server, clock } = live();
    clock.advance(60_000);
    expect(client.isOld()).toBe(false);
    const heard = client.heardAt();
    server.pullCable();
    clock.advance(STALE_AFTER_MS - 5_000);
    expect(client.isOld()).toBe(false);
    clock.advance(5_000);
    expect(client.isOld()).toBe(true);
    expect(client.heardAt()).toBe(heard);
    expect(client.state()).not.toBeNull();
  });

  it('UI-19: numbers that cannot move are known to stand still, until a beat says otherwise', () => {
    const { client, server, clock } = live();
    server.fillDisk('The disk is full');
    const since = clock.now();
    clock.advance(6_000);
    expect(client.isOld()).toBe(false);
    expect(client.standsStill()).toBe(true);
    expect(client.notRecording()).toEqual({ since, reasons: ['The disk is full'] });
    server.fillDisk(null);
    clock.advance(6_000);
    expect(client.standsStill()).toBe(false);
  });

  it('UI-5: a socket that nobody closed is given up, and the numbers come back once the cable is in', () => {
    const { client, server, clock } = live();
    server.pullCable();
    clock.advance(DEAD_AFTER_MS + 6_000);
    expect(client.connection()).not.toBe('live');
    server.change('129', 'Inbound Agent', 5);
    server.plugIn();
    clock.advance(TO_HEAL_MS);
    expect(client.connection()).toBe('live');
    expect(client.isOld()).toBe(false);
    expect(numbers(client.state()?.usage)).toEqual({ 'Inbound Agent': 5 });
    expect(server.connections()).toBe(1);
  });

  it('UI-6: waking up while a pause runs tries at once', () => {
    const { client, server, clock } = world(() => 0.99);
    server.pullCable();
    client.choose('129');
    client.start();
    clock.advance(120_000);
    while (client.connection() !== 'waiting') clock.advance(10);
    server.plugIn();
    clock.advance(200);
    expect(client.connection()).toBe('waiting');
    client.wake();
    clock.advance(200);
    expect(client.connection()).toBe('live');
  });

  it('UI-1: a socket that was given up and still talks does not move the numbers', () => {
    const clock = manualLocalClock();
    const opened: SocketListeners[] = [];
    const client = createLiveClient({
      connect: (listeners) => {
        opened.push(listeners);
        return { send: () => {}, close: () => {} };
      },
      clock,
      random: () => 0,
    });
    const snapshot = (inUse: number): ServerFrame => ({
      type: 'snapshot',
      organisation: '129',
      seq: inUse,
      alerts: [],
      usage: { ...createFakeLiveServer(clock).usage('129'), seq: inUse, licences: [licenceRow('Supervisor', inUse)] },
    });
    const say = (socket: number, frame: ServerFrame) => opened[socket]?.onText(JSON.stringify(frame));
    const greet = (socket: number) => {
      opened[socket]?.onOpen();
      say(socket, { type: 'hello', protocol: 1, epoch: 'e', seq: 0, buildId: 'b', now: formatInstant(clock.now()) });
    };
    client.choose('129');
    client.start();
    greet(0);
    say(0, snapshot(1));
    clock.advance(DEAD_AFTER_MS + 1);
    clock.advance(1);
    greet(1);
    say(0, snapshot(7));
    expect(numbers(client.state()?.usage)).toEqual({ Supervisor: 1 });
    expect(client.connection()).toBe('subscribing');
    opened[0]?.onLost();
    say(1, snapshot(2));
    expect(numbers(client.state()?.usage)).toEqual({ Supervisor: 2 });
    expect(client.connection()).toBe('live');
  });

  it('UI-6: another organisation shows nothing of the one before', () => {
    const { client, server, clock } = live();
    server.change('130', 'Supervisor', 9);
    client.choose('130');
    expect(client.state()).toBeNull();
    expect(client.age()).toBeNull();
    clock.advance(200);
    expect(numbers(client.state()?.usage)).toEqual({ Supervisor: 9 });
    client.choose('129');
    client.choose('130');
    client.choose('129');
    clock.advance(200);
    expect(numbers(client.state()?.usage)).toEqual({ 'Inbound Agent': 1 });
  });

  it('UI-7: after any drops, losses and restarts the state equals the server’s', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('change' as const), type: fc.nat(4), inUse: fc.nat(50), lost: fc.boolean() }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.integer({ min: 1, max: 20_000 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('close', 'pull', 'plug', 'restart', 'wake', 'other', 'back') }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (steps, stream) => {
        const { client, server, clock } = world(() => stream.next().value as number);
        client.choose('129');
        client.start();
        for (const one of steps) {
          if (one.do === 'change' && 'type' in one) server.change('129', `Type ${one.type}`, one.inUse, one.lost);
          else if (one.do === 'wait' && 'milliseconds' in one) clock.advance(one.milliseconds);
          else if (one.do === 'close') server.closeAll();
          else if (one.do === 'pull') server.pullCable();
          else if (one.do === 'plug') server.plugIn();
          else if (one.do === 'restart') server.restart();
          else if (one.do === 'wake') client.wake();
          else client.choose(one.do === 'other' ? '130' : '129');
        }
        server.plugIn();
        client.choose('129');
        clock.advance(TO_HEAL_MS);
        // A frame that was lost shows with the next one.
        server.change('129', 'Type 0', 99);
        clock.advance(1_000);
        expect(client.connection()).toBe('live');
        const state = client.state();
        expect(numbers(state?.usage)).toEqual(numbers(server.usage('129')));
        expect(state?.usage.epoch).toBe(server.usage('129').epoch);
        expect(server.connections()).toBe(1);
        client.stop();
      }),
      { numRuns: 300, seed: 129 },
    );
  });
});
