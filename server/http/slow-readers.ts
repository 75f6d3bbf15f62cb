/** Callers who do not take their answer: what waits for one of them is bounded, and so is how long. */
import type { Server, ServerResponse } from 'node:http';
import type { Cancel } from '../clock.ts';
import type { Edge } from './edge.ts';

export interface ReaderLimits {
  /** Seconds in which nothing of an answer is taken, until it is cut off. */
  answerStuckSeconds: number;
  /** Seconds that an answer may take altogether. */
  answerSeconds: number;
}

/** How often it is looked who has taken too long. */
const LOOK_MS = 1_000;

/** @returns stops looking */
export function cutOffSlowReaders(server: Server, limits: ReaderLimits, { clock, refused }: Pick<Edge, 'clock' | 'refused'>): Cancel {
  const since = new Map<ServerResponse, number>();
  const cutOff = (response: ServerResponse): void => {
    refused('too_slow');
    response.destroy();
  };
  server.on('request', (_, response: ServerResponse) => {
    since.set(response, clock.running());
    response.once('close', () => since.delete(response));
    // What has not been begun keeps nobody waiting but the caller.
    response.setTimeout(limits.answerStuckSeconds * 1_000, () => {
      if (response.writableLength > 0) cutOff(response);
    });
  });
  return clock.every(LOOK_MS, () => {
    const oldest = clock.running() - limits.answerSeconds * 1_000;
    for (const [response, began] of since) {
      if (began > oldest) return;
      since.delete(response);
      cutOff(response);
    }
  });
}
