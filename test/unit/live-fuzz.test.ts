import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LiveHub, type LivePeer } from '../../server/live/hub.ts';
import type { ServerFrame } from '../../shared/live-protocol.ts';
import { FakeSocket, FakeSource, ManualClock } from '../support/live-fakes.ts';

const ORGANISATIONS = ['129', '130'];
const TYPES = ['A', 'B', 'C'];
const limits = { softBytes: 2_000, hardBytes: 1_000_000, stuckMs: 1e9, subscriptions: 10 };

/** A display that believes only what the protocol promises. */
class Display {
  readonly socket = new FakeSocket();
  readonly peer: LivePeer;
  readonly wants = new Set<string>();
  readonly shown = new Map<string, { seq: number; rows: Map<string, number> }>();

  constructor(hub: LiveHub) {
    this.peer = hub.open(this.socket);
  }

  say(type: 'subscribe' | 'unsubscribe', organisation: string): void {
    this.read();
    if (type === 'subscribe') this.wants.add(organisation);
    else this.wants.delete(organisation);
    if (type === 'unsubscribe') this.shown.delete(organisation);
    this.peer.receive(JSON.stringify({ type, organisation }));
  }

  read(): void {
    for (const frame of this.socket.take()) this.#apply(frame);
  }

  #apply(frame: ServerFrame): void {
    if (frame.type === 'snapshot' && this.wants.has(frame.organisation)) {
      const rows = new Map(frame.usage.licences.map((row) => [row.licenceType, row.inUse]));
      this.shown.set(frame.organisation, { seq: frame.seq, rows });
    } else if (frame.type === 'delta' && this.wants.has(frame.organisation)) {
      const shown = this.shown.get(frame.organisation);
      if (!shown) throw new Error('a delta before the snapshot');
      expect(frame.previous).toBe(shown.seq);
      expect(frame.seq).toBeGreaterThanOrEqual(shown.seq);
      shown.seq = frame.seq;
      for (const row of frame.licences) shown.rows.set(row.licenceType, row.inUse);
    }
  }
}

const who = fc.nat({ max: 2 });
const organisation = fc.constantFrom(...ORGANISATIONS);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      organisation,
      type: fc.constantFrom(...TYPES),
      inUse: fc.nat({ max: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(0, 1, 50, 100, 6_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('subscribe' as const, 'unsubscribe' as const), who, organisation }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pause' as const, 'drain' as const, 'come-back' as const), who }) },
);

it('LIVE-24 after any changes, pauses, drains and returns every display shows what is committed, and no delta ever skips one', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const clock = new ManualClock();
      const source = new FakeSource();
      const hub = new LiveHub(source, clock, { limits, buildId: 'b' });
      const displays = [0, 1, 2].map(() => new Display(hub));
      for (const one of steps) {
        if (one.kind === 'advance') clock.advance(one.ms);
        else if (one.kind === 'change') hub.commit(source.set(one.organisation, one.type, one.inUse));
        else {
          const display = displays[one.who] as Display;
          if (one.kind === 'pause') display.socket.paused = true;
          else if (one.kind === 'drain') display.socket.drain();
          else if (one.kind === 'come-back') {
            display.peer.closed();
            displays[one.who] = new Display(hub);
          } else if ('organisation' in one) display.say(one.kind, one.organisation);
        }
        for (const display of displays) display.read();
      }
      for (const display of displays) display.socket.drain();
      clock.advance(200);
      for (const display of displays) {
        display.read();
        for (const name of display.wants) {
          const usage = source.usage(name);
          const rows = usage && new Map(usage.licences.map((row) => [row.licenceType, row.inUse]));
          expect(display.shown.get(name)?.rows).toEqual(rows);
        }
      }
    }),
    { numRuns: 500, seed: 129 },
  );
});
