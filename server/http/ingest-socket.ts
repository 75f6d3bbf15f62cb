import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { checkCount } from '../parse/event-body.ts';
import { frameRef, parseIngestFrame } from '../parse/ingest-frame.ts';
import { parseJson } from '../parse/json.ts';
import { RefusedInput } from '../parse/refusal.ts';
import type { Edge } from './edge.ts';
import { tooBusy } from './held-bodies.ts';
import { holdFrames } from './held-frames.ts';
import { HttpProblem, internalProblem, knownProblem, problemBody } from './problem.ts';

/** Frames under way and answer bytes not yet read, above which nothing more is read from a socket. */
const FRAMES_UNDER_WAY = 32;
const ANSWERS_WAITING = 1_048_576;
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;
/** Milliseconds for a last word to be taken. */
const LAST_WORD_MS = 1_000;

export interface IngestSocket {
  /** Takes no more events, answers those under way, says goodbye. */
  finish(): void;
  /** It is not read from for a while, and not because of its other end: what it says cannot be heard. */
  isHeldBack(): boolean;
}

/** The WebSocket twin of `POST /api/v1/events`: each frame is a request of its own, answered with its `ref`. */
export function serveIngest(socket: WebSocket, raw: Duplex, edge: Edge): IngestSocket {
  let underWay = 0;
  let finishing = false;
  let last: Promise<void> = Promise.resolve();

  const settle = (): void => {
    if (finishing && underWay === 0) socket.close(GOING_AWAY, 'the daemon is stopping');
    const full = isHeldBack() || socket.bufferedAmount > ANSWERS_WAITING;
    if (full && !socket.isPaused) socket.pause();
    else if (!full && socket.isPaused) socket.resume();
  };
  const isHeldBack = (): boolean => underWay >= FRAMES_UNDER_WAY || frames.waits;
  const letGo = (): void => {
    const { code, message } = tooBusy();
    socket.send(JSON.stringify({ ref: null, ...problemBody(tooBusy()) }));
    socket.close(TRY_AGAIN_LATER, message);
    edge.refused(code);
    edge.clock.after(LAST_WORD_MS, () => socket.terminate());
  };
  const frames = holdFrames(socket, raw, edge, settle, letGo);

  socket.on('message', (data, isBinary) => {
    underWay += 1;
    const release = frames.whole();
    settle();
    const answered = answer(data, isBinary, edge, finishing);
    // In the order of the frames: a refusal is known before what came ahead of it is on the disk.
    last = last.then(async () => {
      const text = await answered;
      underWay -= 1;
      release();
      socket.send(text, settle);
      settle();
    });
  });
  return {
    isHeldBack,
    finish() {
      finishing = true;
      settle();
    },
  };
}

async function answer(data: RawData, isBinary: boolean, edge: Edge, finishing: boolean): Promise<string> {
  let ref: string | number | null = null;
  try {
    if (isBinary) throw new RefusedInput('unsupported_media_type', 'A frame must be text.', [], 415);
    const value = parseJson(data as Buffer);
    ref = frameRef(value);
    if (finishing) throw new HttpProblem(503, 'stopping', 'The daemon is stopping; send it again elsewhere or later.');
    const { events } = parseIngestFrame(value);
    checkCount(events.length, edge.config.limits.maxEventsPerRequest);
    const parsed = edge.parser.parse(events, edge.clock.now());
    return JSON.stringify({ ref, ...(await edge.running().pipeline.ingest(parsed)) });
  } catch (error) {
    const known = knownProblem(error);
    if (!known) edge.log.error({ err: error }, 'an ingest frame failed');
    return JSON.stringify({ ref, ...problemBody(known ?? internalProblem()) });
  }
}
