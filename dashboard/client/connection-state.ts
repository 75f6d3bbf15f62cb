/**
 * The life of the connection as a value: an immutable state, an event, and a table that answers every pair of them with the
 * next state and what to do. Nothing in here touches a socket or a clock.
 */

export type StateName =
  /** Not wanted. */
  | 'stopped'
  /** A socket was asked for and is not open yet. */
  | 'connecting'
  /** Open, but the server has not said hello. */
  | 'greeting'
  /** Subscribed, or about to be; the snapshot is not here yet. */
  | 'subscribing'
  /** The numbers are complete and follow the server. */
  | 'live'
  /** No socket; a timer runs until the next try. */
  | 'waiting';

export interface ConnectionState {
  readonly name: StateName;
  /** Number of the newest socket. Words of any other one are those of an orphan. */
  readonly socket: number;
  /** Tries that failed since the last snapshot. */
  readonly attempt: number;
}

export type ConnectionEvent =
  | { readonly name: 'start' }
  | { readonly name: 'stop' }
  | { readonly name: 'opened'; readonly socket: number }
  | { readonly name: 'hello'; readonly socket: number }
  | { readonly name: 'snapshot'; readonly socket: number }
  /** A frame that does not follow the one before it. */
  | { readonly name: 'gap'; readonly socket: number }
  /** Closed or failed. */
  | { readonly name: 'lost'; readonly socket: number }
  /** Open or opening, but nothing heard for too long. */
  | { readonly name: 'silent' }
  | { readonly name: 'retry' }
  /** The page came back to the foreground, or the machine to the network. */
  | { readonly name: 'wake' }
  /** Another organisation is wanted. */
  | { readonly name: 'choose' };

export type Effect =
  | { readonly do: 'open'; readonly socket: number }
  | { readonly do: 'drop' }
  | { readonly do: 'subscribe' }
  | { readonly do: 'retry-later'; readonly attempt: number }
  | { readonly do: 'retry-never' };

export interface Step {
  readonly state: ConnectionState;
  readonly effects: readonly Effect[];
}

type Move = (state: ConnectionState) => Step;
type Table = { readonly [S in StateName]: { readonly [E in ConnectionEvent['name']]: Move } };

export const STOPPED: ConnectionState = { name: 'stopped', socket: 0, attempt: 0 };

const stay: Move = (state) => ({ state, effects: [] });
const become = (state: ConnectionState, name: StateName, ...effects: Effect[]): Step => ({ state: { ...state, name }, effects });

const open: Move = (state) => {
  const socket = state.socket + 1;
  return { state: { ...state, name: 'connecting', socket }, effects: [{ do: 'retry-never' }, { do: 'open', socket }] };
};
const stop: Move = (state) => ({
  state: { ...state, name: 'stopped', attempt: 0 },
  effects: [{ do: 'retry-never' }, { do: 'drop' }],
});
const giveUp: Move = (state) => ({
  state: { ...state, name: 'waiting', attempt: state.attempt + 1 },
  effects: [{ do: 'drop' }, { do: 'retry-later', attempt: state.attempt }],
});
const greet: Move = (state) => become(state, 'greeting');
const subscribe: Move = (state) => become(state, 'subscribing', { do: 'subscribe' });
const settle: Move = (state) => ({ state: { ...state, name: 'live', attempt: 0 }, effects: [] });

const TABLE: Table = {
  stopped: {
    start: open,
    stop: stay,
    opened: stay,
    hello: stay,
    snapshot: stay,
    gap: stay,
    lost: stay,
    silent: stay,
    retry: stay,
    wake: stay,
    choose: stay,
  },
  connecting: {
    start: stay,
    stop,
    opened: greet,
    hello: stay,
    snapshot: stay,
    gap: stay,
    lost: giveUp,
    silent: giveUp,
    retry: stay,
    wake: stay,
    choose: stay,
  },
  greeting: {
    start: stay,
    stop,
    opened: stay,
    hello: subscribe,
    snapshot: stay,
    gap: stay,
    lost: giveUp,
    silent: giveUp,
    retry: stay,
    wake: stay,
    choose: stay,
  },
  subscribing: {
    start: stay,
    stop,
    opened: stay,
    hello: subscribe,
    snapshot: settle,
    // The snapshot that was asked for mends this too.
    gap: stay,
    lost: giveUp,
    silent: giveUp,
    retry: stay,
    wake: subscribe,
    choose: subscribe,
  },
  live: {
    start: stay,
    stop,
    opened: stay,
    hello: subscribe,
    snapshot: settle,
    gap: subscribe,
    lost: giveUp,
    silent: giveUp,
    retry: stay,
    wake: subscribe,
    choose: subscribe,
  },
  waiting: {
    start: stay,
    stop,
    opened: stay,
    hello: stay,
    snapshot: stay,
    gap: stay,
    lost: stay,
    silent: stay,
    retry: open,
    wake: open,
    choose: stay,
  },
};

/** The next state, and what is to be done for it. Events of an orphaned socket change nothing. */
export function transition(state: ConnectionState, event: ConnectionEvent): Step {
  if ('socket' in event && event.socket !== state.socket) return stay(state);
  return TABLE[state.name][event.name](state);
}
