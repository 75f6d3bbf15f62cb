/** The frames of one ingest socket as bytes that are held: from when they come in, a piece at a time, until they are answered. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import type { HeldBodies } from './held-bodies.ts';

/** Room has to be found within so many milliseconds. */
const STUCK_MS = 10_000;
/** What frames around the payload of a ping or pong: two bytes, and the mask. */
const CONTROL_FRAME_BYTES = 6;

export interface HeldFrames {
  /** There is no room for what has come in: nothing more is to be read. */
  readonly waits: boolean;
  /** A frame is whole. @returns gives its bytes back, once it is answered */
  whole(): () => void;
}

/** @param changed it waits, or waits no longer; @param stuck it has waited for too long */
export function holdFrames(
  socket: WebSocket,
  raw: Duplex,
  { bodies, clock }: { bodies: HeldBodies; clock: Clock },
  changed: () => void,
  stuck: () => void,
): HeldFrames {
  let body = bodies.begin();
  /** Came in without room. */
  let owed = 0;
  let stopWaiting = (): void => {};

  const paid = (): void => {
    stopWaiting();
    owed = 0;
    changed();
  };
  const wait = (): void => {
    const cancel = clock.after(STUCK_MS, () => {
      stopWaiting();
      stuck();
    });
    const again = (): (() => void) =>
      bodies.whenLess(() => {
        if (body.take(owed)) paid();
        else forget = again();
      });
    let forget = again();
    stopWaiting = () => {
      cancel();
      forget();
      stopWaiting = () => {};
    };
    changed();
  };

  // Before what takes the frames out of it: what a whole frame leaves of its last piece belongs to the next, and is below what is free.
  raw.prependListener('data', (piece: Buffer) => {
    const waited = owed > 0;
    owed += piece.length;
    if (body.take(owed)) {
      if (waited) paid();
      owed = 0;
    } else if (!waited) wait();
  });
  const control = (payload: Buffer): void => body.less(CONTROL_FRAME_BYTES + payload.length);
  socket.on('ping', control);
  socket.on('pong', control);
  socket.on('close', () => {
    stopWaiting();
    body.release();
  });

  return {
    get waits() {
      return owed > 0;
    },
    whole() {
      const { release } = body;
      body = bodies.begin();
      // It is in memory now, and about to be answered.
      if (owed > 0) paid();
      return release;
    },
  };
}
