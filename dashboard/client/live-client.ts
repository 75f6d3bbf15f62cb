import {
  type BeatFrame,
  type ClientFrame,
  type DeltaFrame,
  type HelloFrame,
  type ServerFrame,
  STALE_AFTER_MS,
} from '../../shared/live-protocol.ts';
import { parseInstant } from '../../shared/time.ts';
import { type Cancel, elapsedSince, type LocalClock, type Moment, momentOf } from './clock.ts';
import { type ConnectionEvent, type ConnectionState, type Effect, STOPPED, transition } from './connection-state.ts';
import { createEmitter, type Watchable } from './emitter.ts';
import { parseFrame } from './frames.ts';
import { applyDelta, fromSnapshot, type LiveState } from './live-state.ts';
import { reconnectDelay } from './reconnect.ts';

/** Silence after which a socket counts as dead. A pulled cable never reports a close. */
export const DEAD_AFTER_MS = 15_000;

/** The little of a socket that is needed; `connect` calls the listeners, at most one `onLost`. */
export interface LiveSocket {
  send(text: string): void;
  close(): void;
}
export interface SocketListeners {
  onOpen(): void;
  onText(text: unknown): void;
  onLost(): void;
}

export interface LiveClientOptions {
  connect(listeners: SocketListeners): LiveSocket;
  clock: LocalClock;
  /** In [0, 1). */
  random(): number;
  /** Told the build of the daemon at every hello. */
  onBuild?(buildId: string): void;
}

/** Told of each change of the numbers, with the server's time in milliseconds. `whole`: a snapshot, so something may have been missed. */
export type StateListener = (state: LiveState, change: { at: number; whole: boolean; changed: readonly string[] }) => void;

/** `since`: milliseconds since 1970. */
export interface Trouble {
  since: number;
  reasons: readonly string[];
}

export interface LiveClient extends Watchable {
  start(): void;
  stop(): void;
  /** Follow this organisation, also one that does not exist yet; `null`: none. */
  choose(organisation: string | null): void;
  /** The page is in the foreground or on the network again: ask anew. */
  wake(): void;
  connection(): ConnectionState['name'];
  /** `null` until the first snapshot of the chosen organisation. */
  state(): LiveState | null;
  /** Milliseconds since the numbers were last confirmed by a frame; `null` before the first snapshot. */
  age(): number | null;
  isOld(): boolean;
  /** The daemon says that it records nothing, and since when. */
  notRecording(): Trouble | null;
  /** The numbers are old, or cannot move: they must not look like a quiet night. */
  standsStill(): boolean;
  /** They stand still, or nobody tells the daemon of logins: nothing can be promised of them. */
  isDoubtful(): boolean;
  /** The server's clock, estimated since its last frame. Milliseconds since 1970. */
  serverNow(): number;
  /** The server's clock at the last frame that confirmed the numbers. */
  heardAt(): number | null;
  onState(listener: StateListener): () => void;
}

export function createLiveClient(options: LiveClientOptions): LiveClient {
  const { clock } = options;
  const emitter = createEmitter();
  const stateListeners = new Set<StateListener>();
  let connection = STOPPED;
  let socket: LiveSocket | null = null;
  let organisation: string | null = null;
  let state: LiveState | null = null;
  let server: { at: number; moment: Moment } | null = null;
  let confirmed: { at: number; moment: Moment } | null = null;
  let trouble: Trouble | null = null;
  let lastFrame = momentOf(clock);
  let cancelRetry: Cancel = () => {};
  let cancelWatchdog: Cancel = () => {};

  const send = (frame: ClientFrame) => socket?.send(JSON.stringify(frame));

  function dispatch(event: ConnectionEvent): void {
    const before = connection;
    const step = transition(connection, event);
    connection = step.state;
    for (const effect of step.effects) perform(effect);
    if (connection !== before) emitter.emit();
  }

  function perform(effect: Effect): void {
    switch (effect.do) {
      case 'open':
        openSocket(effect.socket);
        return;
      case 'drop': {
        const old = socket;
        socket = null;
        cancelWatchdog();
        old?.close();
        return;
      }
      case 'subscribe':
        if (organisation !== null) send({ type: 'subscribe', organisation });
        return;
      case 'retry-later':
        cancelRetry = clock.after(reconnectDelay(effect.attempt, options.random), () => dispatch({ name: 'retry' }));
        return;
      case 'retry-never':
        cancelRetry();
        return;
    }
  }

  function openSocket(number: number): void {
    lastFrame = momentOf(clock);
    watchSilence(DEAD_AFTER_MS);
    socket = options.connect({
      onOpen: () => dispatch({ name: 'opened', socket: number }),
      onText: (text) => {
        // An orphan that still talks must not move the numbers.
        if (number === connection.socket && socket !== null) receive(parseFrame(text), number);
      },
      onLost: () => dispatch({ name: 'lost', socket: number }),
    });
  }

  function watchSilence(milliseconds: number): void {
    cancelWatchdog();
    cancelWatchdog = clock.after(milliseconds, () => {
      const left = DEAD_AFTER_MS - elapsedSince(lastFrame, clock);
      if (left > 0) watchSilence(left);
      else dispatch({ name: 'silent' });
    });
  }

  function receive(frame: ServerFrame | null, number: number): void {
    if (!frame) return;
    lastFrame = momentOf(clock);
    switch (frame.type) {
      case 'hello':
        tellTime(frame.now);
        hearTrouble(frame);
        options.onBuild?.(frame.buildId);
        dispatch({ name: 'hello', socket: number });
        return;
      case 'snapshot': {
        if (frame.organisation !== organisation || connection.name === 'greeting') return;
        state = fromSnapshot(frame);
        confirm(frame.usage.asOf);
        dispatch({ name: 'snapshot', socket: number });
        publish({ whole: true, changed: frame.usage.licences.map((row) => row.licenceType) });
        return;
      }
      case 'delta':
        receiveDelta(frame, number);
        return;
      case 'beat':
        tellTime(frame.now);
        hearTrouble(frame);
        if (connection.name === 'live') confirm(frame.now);
        emitter.emit();
        return;
      case 'error':
        return;
    }
  }

  function receiveDelta(frame: DeltaFrame, number: number): void {
    if (frame.organisation !== organisation || connection.name !== 'live' || !state) return;
    const next = applyDelta(state, frame);
    if (!next) {
      dispatch({ name: 'gap', socket: number });
      return;
    }
    state = next;
    confirm(frame.asOf);
    publish({ whole: false, changed: frame.licences.map((row) => row.licenceType) });
  }

  function hearTrouble({ now, notRecording }: HelloFrame | BeatFrame): void {
    const since = parseInstant(notRecording?.since ?? now);
    trouble = notRecording && since !== null ? { since, reasons: notRecording.reasons } : null;
  }

  function tellTime(rfc3339: string): void {
    const at = parseInstant(rfc3339);
    if (at !== null) server = { at, moment: lastFrame };
  }

  function confirm(rfc3339: string): void {
    tellTime(rfc3339);
    if (server) confirmed = server;
  }

  function publish(change: { whole: boolean; changed: readonly string[] }): void {
    if (!state) return;
    for (const listener of stateListeners) listener(state, { ...change, at: confirmed?.at ?? serverNow() });
    emitter.emit();
  }

  const serverNow = () => (server ? server.at + elapsedSince(server.moment, clock) : clock.wall());
  const age = () => (confirmed ? elapsedSince(confirmed.moment, clock) : null);
  const isOld = () => (age() ?? 0) >= STALE_AFTER_MS;
  const standsStill = () => isOld() || trouble !== null;

  return {
    watch: emitter.watch,
    start: () => dispatch({ name: 'start' }),
    stop: () => dispatch({ name: 'stop' }),
    choose(wanted) {
      if (wanted === organisation) return;
      if (organisation !== null && socket && connection.name !== 'connecting') send({ type: 'unsubscribe', organisation });
      organisation = wanted;
      state = null;
      confirmed = null;
      dispatch({ name: 'choose' });
      emitter.emit();
    },
    wake() {
      // A socket that missed a beat has most likely died with the sleep or the network.
      if (elapsedSince(lastFrame, clock) > STALE_AFTER_MS) dispatch({ name: 'silent' });
      dispatch({ name: 'wake' });
    },
    connection: () => connection.name,
    state: () => state,
    age,
    isOld,
    notRecording: () => trouble,
    standsStill,
    isDoubtful: () => standsStill() || state?.usage.completeness === 'stale',
    serverNow,
    heardAt: () => confirmed?.at ?? null,
    onState(listener) {
      stateListeners.add(listener);
      return () => void stateListeners.delete(listener);
    },
  };
}
