import type { RawData, WebSocket } from 'ws';
import { checkCount } from '../parse/event-body.ts';
import { frameRef, parseIngestFrame } from '../parse/ingest-frame.ts';
import { parseJson } from '../parse/json.ts';
import { RefusedInput } from '../parse/refusal.ts';
import type { Edge } from './edge.ts';
import { HttpProblem, internalProblem, knownProblem, problemBody } from './problem.ts';

/** Frames under way and answer bytes not yet read, above which nothing more is read from a socket. */
const FRAMES_UNDER_WAY = 32;
const ANSWERS_WAITING = 1_048_576;
const GOING_AWAY = 1001;

export interface IngestSocket {
  /** Takes no more events, answers those under way, says goodbye. */
  finish(): void;
}

/** The WebSocket twin of `POST /api/v1/events`: each frame is a request of its own, answered with its `ref`. */
export function serveIngest(socket: WebSocket, edge: Edge): IngestSocket {
  let underWay = 0;
  let finishing = false;
  let last: Promise<void> = Promise.resolve();

  const settle = (): void => {
    if (finishing && underWay === 0) socket.close(GOING_AWAY, 'the daemon is stopping');
    const full = underWay >= FRAMES_UNDER_WAY || socket.bufferedAmount > ANSWERS_WAITING;
    if (full && !socket.isPaused) socket.pause();
    else if (!full && socket.isPaused) socket.resume();
  };

  socket.on('message', (data, isBinary) => {
    underWay += 1;
    settle();
    const answered = answer(data, isBinary, edge, finishing);
    // In the order of the frames: a refusal is known before what came ahead of it is on the disk.
    last = last.then(async () => {
      const text = await answered;
      underWay -= 1;
      socket.send(text, settle);
      settle();
    });
  });
  return {
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
