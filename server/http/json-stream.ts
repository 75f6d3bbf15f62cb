import { internalProblem } from './problem.ts';

/** Where the cause of an answer that broke off is told. */
export interface Telling {
  log: { error(fields: object, message: string): void };
}

/** `{"items":[...]}` written as fast as the caller reads, however long the list. */
export const streamItems = <T>(edge: Telling, lists: AsyncGenerator<T[], void, void>): Promise<Response> =>
  streamText(
    edge,
    listText('{"items":[', lists, () => ']}'),
    { 'Content-Type': 'application/json' },
  );

/** A list of JSON values between two texts, piece by piece; the first list is asked for before the first text is given. `after` takes what the lists return. */
export async function* listText<T, R>(
  before: string,
  lists: AsyncGenerator<T[], R, void> | Generator<T[], R, void>,
  after: (returned: R) => string,
): AsyncGenerator<string, void, void> {
  let step = await lists.next();
  yield before;
  let separator = '';
  for (; ; step = await lists.next()) {
    if (step.done) return yield after(step.value);
    yield step.value.length === 0 ? '' : separator + step.value.map((item) => JSON.stringify(item)).join(',');
    if (step.value.length > 0) separator = ',';
  }
}

/**
 * An answer in pieces, as fast as the caller reads. The first is made before the answer begins, so that a failure is still an answer
 * of its own; after one later on the connection ends before the answer does, and the log has the cause. Empty pieces are rests, after
 * which work for a caller that has gone is given up.
 */
export async function streamText(
  { log }: Telling,
  pieces: AsyncGenerator<string | Uint8Array, void, void>,
  headers: Record<string, string>,
): Promise<Response> {
  let next = await pieces.next();
  let gone = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        while (!next.done && next.value.length === 0 && !gone) next = await pieces.next();
        if (next.done || gone) {
          await pieces.return();
          if (!gone) controller.close();
          return;
        }
        controller.enqueue(typeof next.value === 'string' ? Buffer.from(next.value) : next.value);
        next = await pieces.next();
      } catch (error) {
        log.error({ err: error }, 'an answer could not be finished');
        throw internalProblem();
      }
    },
    async cancel() {
      gone = true;
      await pieces.return();
    },
  });
  return new Response(body, { headers: { 'Cache-Control': 'no-store', ...headers } });
}
