/** `{"items":[...]}` written as fast as the caller reads, however long the list. */
export const streamItems = <T>(lists: AsyncGenerator<T[], void, void>): Promise<Response> =>
  streamText(listText('{"items":[', lists, ']}'), { 'Content-Type': 'application/json' });

/** A list of JSON values between two texts, piece by piece. */
export async function* listText<T>(
  before: string,
  lists: AsyncIterable<T[]> | Iterable<T[]>,
  after: string,
): AsyncGenerator<string, void, void> {
  let text = before;
  for await (const items of lists) {
    if (items.length === 0) continue;
    yield text + items.map((item) => JSON.stringify(item)).join(',');
    text = ',';
  }
  yield text === before ? before + after : after;
}

/** An answer in pieces. The first is made before the answer begins, so that a failure is still an answer of its own. */
export async function streamText(pieces: AsyncGenerator<string, void, void>, headers: Record<string, string>): Promise<Response> {
  let next = await pieces.next();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next.done) {
        controller.close();
        return;
      }
      controller.enqueue(Buffer.from(next.value));
      next = await pieces.next();
    },
    async cancel() {
      await pieces.return();
    },
  });
  return new Response(body, { headers: { 'Cache-Control': 'no-store', ...headers } });
}
