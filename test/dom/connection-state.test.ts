import { describe, expect, it } from 'vitest';
import { type ConnectionEvent, type ConnectionState, type Effect, STOPPED, transition } from '../../dashboard/client/connection-state.ts';

function walk(events: ConnectionEvent[], from: ConnectionState = STOPPED) {
  let state = from;
  let effects: readonly Effect[] = [];
  for (const event of events) ({ state, effects } = transition(state, event));
  return { state, effects };
}

const TO_LIVE: ConnectionEvent[] = [
  { name: 'start' },
  { name: 'opened', socket: 1 },
  { name: 'hello', socket: 1 },
  { name: 'snapshot', socket: 1 },
];

describe('connection state', () => {
  it('UI-1: start, open, hello, snapshot leads to live, and subscribes at hello', () => {
    expect(walk(TO_LIVE.slice(0, 3)).effects).toEqual([{ do: 'subscribe' }]);
    expect(walk(TO_LIVE).state).toEqual({ name: 'live', socket: 1, attempt: 0 });
  });

  it('UI-1: a lost connection waits, and the retry opens a new socket', () => {
    const lost = walk([...TO_LIVE, { name: 'lost', socket: 1 }]);
    expect(lost.state).toEqual({ name: 'waiting', socket: 1, attempt: 1 });
    expect(lost.effects).toEqual([{ do: 'drop' }, { do: 'retry-later', attempt: 0 }]);
    expect(walk([{ name: 'retry' }], lost.state)).toEqual({
      state: { name: 'connecting', socket: 2, attempt: 1 },
      effects: [{ do: 'retry-never' }, { do: 'open', socket: 2 }],
    });
  });

  it('UI-1: attempts count up until a snapshot, not until a hello', () => {
    const failedTwice = walk([...TO_LIVE, { name: 'lost', socket: 1 }, { name: 'retry' }, { name: 'lost', socket: 2 }, { name: 'retry' }]);
    expect(failedTwice.state.attempt).toBe(2);
    const greeted = walk(
      [
        { name: 'opened', socket: 3 },
        { name: 'hello', socket: 3 },
      ],
      failedTwice.state,
    );
    expect(greeted.state.attempt).toBe(2);
    expect(walk([{ name: 'snapshot', socket: 3 }], greeted.state).state.attempt).toBe(0);
  });

  it('UI-1: whatever an orphaned socket says changes nothing', () => {
    const second = walk([...TO_LIVE, { name: 'lost', socket: 1 }, { name: 'retry' }]).state;
    for (const name of ['opened', 'hello', 'snapshot', 'gap', 'lost'] as const) {
      expect(transition(second, { name, socket: 1 })).toEqual({ state: second, effects: [] });
    }
  });

  it('UI-1: a gap, a wake and another organisation each ask for a snapshot; a silent socket is dropped', () => {
    const { state } = walk(TO_LIVE);
    for (const event of [{ name: 'gap', socket: 1 }, { name: 'wake' }, { name: 'choose' }] as const) {
      expect(transition(state, event)).toEqual({ state: { ...state, name: 'subscribing' }, effects: [{ do: 'subscribe' }] });
    }
    expect(transition(state, { name: 'silent' }).state.name).toBe('waiting');
  });

  it('UI-1: a stopped connection stays stopped whatever happens, until it is started', () => {
    const stopped = walk([...TO_LIVE, { name: 'stop' }]);
    expect(stopped.effects).toEqual([{ do: 'retry-never' }, { do: 'drop' }]);
    for (const event of [{ name: 'retry' }, { name: 'wake' }, { name: 'silent' }, { name: 'lost', socket: 1 }] as const) {
      expect(transition(stopped.state, event).state.name).toBe('stopped');
    }
  });
});
