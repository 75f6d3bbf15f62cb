/** Answers that take long as lines of JSON: how far they have come, the answer, and in the end what went wrong if something did. */
import type { ProblemLine, ProgressLine } from '../../shared/answer-lines.ts';
import type { InProgress } from '../reports/work.ts';
import type { Edge } from './edge.ts';
import { MEDIA } from './export-media.ts';
import { streamText } from './json-stream.ts';
import { internalProblem, knownProblem, problemBody } from './problem.ts';

/** Between two lines of progress: a bar moves smoothly enough. */
const BETWEEN_MS = 100;

/**
 * Begins with the first piece of the work: what is refused before is an answer of its own. A caller who goes away ends the work.
 * @param linesOf the answer, a few lines at a time
 */
export const streamProgress = <T>(
  edge: Edge,
  pieces: InProgress<T>,
  linesOf: (answer: T) => AsyncIterable<string> | Iterable<string>,
): Promise<Response> => streamText(edge, progressLines(edge, pieces, linesOf), { 'Content-Type': MEDIA.ndjson, Vary: 'Accept' });

async function* progressLines<T>(
  { clock, log }: Edge,
  pieces: InProgress<T>,
  linesOf: (answer: T) => AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<string, void, void> {
  let said = -1;
  let saidAt = Number.NEGATIVE_INFINITY;
  try {
    for await (const piece of pieces) {
      if ('answer' in piece) {
        yield* linesOf(piece.answer);
        return;
      }
      const done = Math.floor(piece.share * 100);
      if (done === said || clock.running() < saidAt + BETWEEN_MS) yield '';
      else {
        [said, saidAt] = [done, clock.running()];
        yield lineOf({ progress: { done, total: 100 } } satisfies ProgressLine);
      }
    }
  } catch (error) {
    if (said < 0) throw error;
    const known = knownProblem(error);
    if (!known) log.error({ err: error }, 'an answer could not be finished');
    yield lineOf({ problem: problemBody(known ?? internalProblem()) } satisfies ProblemLine);
  }
}

export const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;
