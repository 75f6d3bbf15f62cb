import { beforeEach, describe, expect, it } from 'vitest';
import { LiveHub, type LivePeer } from '../../server/live/hub.ts';
import type { ServerFrame } from '../../shared/live-protocol.ts';
import { FakeSocket, FakeSource, ManualClock } from '../support/live-fakes.ts';

const limits = { softBytes: 256 * 1024, hardBytes: 1024 * 1024, stuckMs: 10_000, subscriptions: 3 };
let clock: ManualClock;
let source: FakeSource;
let hub: LiveHub;

beforeEach(() => {
  clock = new ManualClock();
  source = new FakeSource();
  hub = new LiveHub(source, clock, { limits, buildId: 'b1' });
});

function display(organisation?: string): { socket: FakeSocket; peer: LivePeer } {
  const socket = new FakeSocket();
  const peer = hub.open(socket);
  if (organisation !== undefined) say(peer, { type: 'subscribe', organisation });
  return { socket, peer };
}
const say = (peer: LivePeer, frame: unknown) => peer.receive(JSON.stringify(frame));
const change = (organisation: string, licenceType: string, inUse: number) => hub.commit(source.set(organisation, licenceType, inUse));
const types = (frames: ServerFrame[]) => frames.map((frame) => frame.type);

describe('a connection', () => {
  it('LIVE-1 is greeted first, with protocol, epoch, seq and build', () => {
    source.set('129', 'CRM', 1);
    expect(display().socket.take()).toEqual([
      { type: 'hello', protocol: 1, epoch: 'e1', seq: 1, buildId: 'b1', now: '2026-11-24T12:00:00.000Z' },
    ]);
  });

  it('LIVE-2 gets a snapshot at once, then only rows that changed', () => {
    source.set('129', 'A', 1);
    source.set('129', 'B', 1);
    const { socket } = display('129');
    expect(socket.take()).toMatchObject([
      { type: 'hello' },
      { type: 'snapshot', organisation: '129', seq: 2, usage: { seq: 2, licences: [{}, {}] }, alerts: [] },
    ]);
    change('129', 'A', 2);
    clock.advance(0);
    expect(socket.take()).toMatchObject([
      { type: 'delta', organisation: '129', seq: 3, previous: 2, licences: [{ licenceType: 'A', inUse: 2 }] },
    ]);
  });

  it('LIVE-37 is told of each course of an alert, and nothing is kept of those that are listed no more', () => {
    source.set('129', 'A', 1);
    const { socket } = display('129');
    const alert = (id: string, state: 'firing' | 'resolved') =>
      ({ id, rule: 'full', licenceType: 'A', state, severity: 'critical', value: 1, threshold: 1, startsAt: '', endsAt: null }) as const;
    const told = (...alerting: ReturnType<typeof alert>[]) => {
      source.alerting = alerting;
      change('129', 'A', 1);
      clock.advance(100);
      return socket
        .take()
        .flatMap((frame) => (frame.type === 'delta' ? (frame.alerts ?? []) : []))
        .map(({ id, state }) => [id, state]);
    };
    expect(told(alert('one', 'firing'))).toEqual([['one', 'firing']]);
    expect(told(alert('one', 'resolved'))).toEqual([['one', 'resolved']]);
    expect(told(alert('two', 'firing'))).toEqual([['two', 'firing']]);
    expect(told(alert('one', 'resolved'), alert('two', 'firing'))).toEqual([['one', 'resolved']]);
    expect(told(alert('one', 'resolved'), alert('two', 'firing'))).toEqual([]);
  });

  it('LIVE-3 gets at most one delta of an organisation in 100 ms, with everything since', () => {
    source.set('129', 'A', 0);
    const { socket } = display('129');
    socket.take();
    for (let i = 1; i <= 10; i++) {
      change('129', 'A', i);
      clock.advance(9);
    }
    change('129', 'B', 5);
    clock.advance(99);
    const frames = socket.take();
    expect(types(frames)).toEqual(['delta', 'delta']);
    expect(frames).toMatchObject([
      { seq: 2, previous: 1 },
      { seq: 12, previous: 2, licences: [{ licenceType: 'A', inUse: 10 }, { licenceType: 'B' }] },
    ]);
  });

  it('LIVE-4 hears nothing of other organisations, and previous is of its own', () => {
    source.set('129', 'A', 0);
    source.set('130', 'A', 0);
    const { socket } = display('129');
    socket.take();
    change('130', 'A', 1);
    clock.advance(1000);
    expect(socket.take()).toEqual([]);
    change('129', 'A', 1);
    clock.advance(0);
    expect(socket.take()).toMatchObject([{ seq: 4, previous: 2 }]);
  });

  it('LIVE-5 of all displays share one buffer for a delta', () => {
    source.set('129', 'A', 0);
    const [first, second] = [display('129').socket, display('129').socket];
    change('129', 'A', 1);
    clock.advance(0);
    expect(first.raw.at(-1)).toBe(second.raw.at(-1));
  });

  it('LIVE-6 that joins while a delta is due gets its snapshot right after that delta, so that previous holds for all', () => {
    source.set('129', 'A', 0);
    const first = display('129').socket;
    change('129', 'A', 1);
    clock.advance(0);
    change('129', 'A', 2);
    const second = display('129').socket;
    expect(types(second.take())).toEqual(['hello']);
    clock.advance(100);
    expect(second.take()).toMatchObject([{ type: 'snapshot', seq: 3, usage: { licences: [{ inUse: 2 }] } }]);
    change('129', 'A', 3);
    clock.advance(100);
    expect(second.take()).toMatchObject([{ type: 'delta', seq: 4, previous: 3 }]);
    expect(first.take().slice(1)).toMatchObject([
      { type: 'snapshot', seq: 1 },
      { previous: 1 },
      { seq: 3, previous: 2 },
      { seq: 4, previous: 3 },
    ]);
  });

  it('LIVE-7 that joins after other organisations moved on stands where its organisation stands', () => {
    source.set('129', 'A', 0);
    const first = display('129').socket;
    change('130', 'A', 1);
    const second = display('129').socket;
    expect(second.take()[1]).toMatchObject({ type: 'snapshot', seq: 1, usage: { seq: 1 } });
    change('129', 'A', 1);
    clock.advance(0);
    for (const socket of [first, second]) expect(socket.take().at(-1)).toMatchObject({ type: 'delta', seq: 3, previous: 1 });
  });

  it('LIVE-8 that subscribes again gets a fresh snapshot, once', () => {
    source.set('129', 'A', 0);
    const { socket, peer } = display('129');
    socket.take();
    say(peer, { type: 'subscribe', organisation: '129' });
    expect(types(socket.take())).toEqual(['snapshot']);
    change('129', 'A', 1);
    say(peer, { type: 'subscribe', organisation: '129' });
    clock.advance(0);
    expect(socket.take()).toMatchObject([{ type: 'snapshot', seq: 2 }]);
    change('129', 'A', 2);
    clock.advance(100);
    expect(socket.take()).toMatchObject([{ type: 'delta', previous: 2 }]);
  });

  it('LIVE-9 of an organisation that does not exist is told so, and gets its snapshot once it does', () => {
    const { socket } = display('new');
    expect(socket.take()).toMatchObject([{ type: 'hello' }, { type: 'error', code: 'unknown_organisation' }]);
    change('new', 'A', 1);
    clock.advance(0);
    expect(socket.take()).toMatchObject([{ type: 'snapshot', organisation: 'new', seq: 1 }]);
    change('new', 'A', 2);
    clock.advance(100);
    expect(socket.take()).toMatchObject([{ type: 'delta', previous: 1, seq: 2 }]);
  });

  it('LIVE-10 that unsubscribes hears no more, from one organisation or from all', () => {
    for (const organisation of ['1', '2', '3']) source.set(organisation, 'A', 0);
    const { socket, peer } = display('1');
    say(peer, { type: 'subscribe', organisation: '2' });
    say(peer, { type: 'subscribe', organisation: '3' });
    say(peer, { type: 'unsubscribe', organisation: '1' });
    socket.take();
    for (const organisation of ['1', '2', '3']) change(organisation, 'A', 1);
    clock.advance(0);
    expect(socket.take().map((frame) => ('organisation' in frame ? frame.organisation : ''))).toEqual(['2', '3']);
    say(peer, { type: 'unsubscribe' });
    for (const organisation of ['1', '2', '3']) change(organisation, 'A', 2);
    clock.advance(1000);
    expect(socket.take()).toEqual([]);
  });

  it('LIVE-11 watches a bounded number of organisations', () => {
    const { socket, peer } = display();
    for (const organisation of ['1', '2', '3', '4']) say(peer, { type: 'subscribe', organisation });
    expect(socket.take().at(-1)).toMatchObject({ type: 'error', code: 'too_many_subscriptions' });
  });

  it('LIVE-12 that sends rubbish is told so three times, then closed with 1008', () => {
    const { socket, peer } = display();
    for (const text of ['{', '{"type":"dance"}', null]) peer.receive(text);
    expect(socket.take().slice(1)).toMatchObject(Array(3).fill({ type: 'error', code: 'bad_frame' }));
    expect(socket.closedWith).toBeNull();
    peer.receive('[]');
    expect(socket.closedWith).toBe(1008);
  });
});

describe('time', () => {
  it('LIVE-13 every connection gets a beat every five seconds', () => {
    const { socket } = display();
    clock.advance(10_000);
    expect(socket.take(true).slice(1)).toMatchObject([{ type: 'beat', now: '2026-11-24T12:00:05.000Z', seq: 0 }, { type: 'beat' }]);
  });

  it('LIVE-25 hello and beats say since when nothing can be recorded and why, and no longer than it lasts', () => {
    source.reasons = ['The disk is full'];
    const trouble = { since: '2026-11-24T12:00:05.000Z', reasons: ['The disk is full'] };
    clock.advance(5_000);
    const { socket } = display();
    expect(socket.take()).toMatchObject([{ type: 'hello', notRecording: trouble }]);
    clock.advance(5_000);
    expect(socket.take(true)).toMatchObject([{ type: 'beat', notRecording: trouble }]);
    source.reasons = [];
    clock.advance(5_000);
    expect(socket.take(true)[0]).not.toHaveProperty('notRecording');
  });

  it('LIVE-14 what changes by time alone, such as a silent feed, is sent by the next beat', () => {
    source.set('129', 'A', 1);
    const { socket } = display('129');
    socket.take();
    clock.advance(5_001);
    expect(socket.take()).toEqual([]);
    source.completeness = 'stale';
    clock.advance(5_000);
    expect(socket.take()).toMatchObject([{ type: 'delta', seq: 1, previous: 1, completeness: 'stale', licences: [] }]);
  });

  it('LIVE-15 a clock that is set back delays no delta by more than 100 ms', () => {
    source.set('129', 'A', 0);
    const { socket } = display('129');
    change('129', 'A', 1);
    clock.advance(0);
    clock.setBack(3_600_000);
    socket.take();
    change('129', 'A', 2);
    clock.advance(100);
    expect(types(socket.take())).toEqual(['delta']);
  });
});

describe('a slow reader', () => {
  /** Makes rows of some 100 KB, so that three deltas are over the soft limit. */
  function slow() {
    source.padding = 'x'.repeat(100_000);
    source.set('129', 'A', 0);
    const { socket } = display('129');
    socket.take();
    socket.paused = true;
    let inUse = 0;
    const step = (times: number) => {
      for (let i = 0; i < times; i++) {
        change('129', 'A', ++inUse);
        clock.advance(100);
      }
    };
    return { socket, step };
  }

  it('LIVE-16 is skipped above 256 KB and gets exactly one fresh snapshot when it has drained', () => {
    const { socket, step } = slow();
    step(20);
    expect(types(socket.take())).toEqual(['delta', 'delta', 'delta']);
    expect(socket.bufferedAmount).toBeLessThan(400_000);
    socket.drain();
    expect(socket.take()).toMatchObject([{ type: 'snapshot', usage: { licences: [{ inUse: 20 }] } }]);
    step(1);
    const [delta] = socket.take();
    expect(delta).toMatchObject({ type: 'delta', previous: 21, seq: 22 });
  });

  it('LIVE-17 that missed nothing gets no snapshot', () => {
    const { socket, step } = slow();
    step(3);
    socket.take();
    socket.drain();
    expect(socket.take()).toEqual([]);
  });

  it('LIVE-18 that does not drain for ten seconds is cut off', () => {
    const { socket, step } = slow();
    step(3);
    clock.advance(9_800);
    expect(socket.terminated).toBe(false);
    clock.advance(200);
    expect(socket.terminated).toBe(true);
  });

  it('LIVE-19 with more than 1 MB waiting is cut off at once', () => {
    source.padding = 'x'.repeat(1_100_000);
    source.set('129', 'A', 0);
    const { socket, peer } = display();
    socket.paused = true;
    say(peer, { type: 'subscribe', organisation: '129' });
    expect(socket.terminated).toBe(true);
  });

  it('LIVE-20 of many organisations gets their snapshots as it drains, never all at once', () => {
    source.padding = 'x'.repeat(300_000);
    for (const organisation of ['1', '2', '3']) source.set(organisation, 'A', 0);
    const { socket, peer } = display();
    socket.paused = true;
    for (const organisation of ['1', '2', '3']) say(peer, { type: 'subscribe', organisation });
    expect(types(socket.take())).toEqual(['hello', 'snapshot']);
    socket.drain(true);
    expect(types(socket.take())).toEqual(['snapshot']);
    socket.drain(true);
    expect(types(socket.take())).toEqual(['snapshot']);
    expect(socket.terminated).toBe(false);
  });

  it('LIVE-21 holds up nobody else', () => {
    const { step } = slow();
    const quick = display('129').socket;
    quick.take();
    step(20);
    expect(quick.take()).toHaveLength(20);
  });
});

describe('the end', () => {
  it('LIVE-22 says goodbye with 1001 and cuts off after three seconds who does not answer', async () => {
    source.set('129', 'A', 0);
    const polite = display('129');
    const rude = display('129');
    const done = hub.close();
    expect([polite.socket.closedWith, rude.socket.closedWith]).toEqual([1001, 1001]);
    polite.peer.closed();
    clock.advance(2_999);
    expect(rude.socket.terminated).toBe(false);
    clock.advance(1);
    await done;
    expect(rude.socket.terminated).toBe(true);
  });

  it('LIVE-23 leaves no timer and no channel behind', async () => {
    source.set('129', 'A', 0);
    const { peer } = display('129');
    change('129', 'A', 1);
    peer.closed();
    expect(hub.clients).toBe(0);
    expect(clock.timers).toBe(1);
    await hub.close();
    expect(clock.timers).toBe(0);
  });
});
