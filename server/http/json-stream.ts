/** `{"items":[...]}` written as fast as the caller reads, however long the list. */
export async function streamItems<T>(lists: AsyncGenerator<T[], void, void>): Promise<Response> {
  // The first list is read before the answer begins, so that a failure is still an answer of its own.
  let next = await lists.next();
  let before = '{"items":[';
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next.done) {
        controller.enqueue(Buffer.from(before === '{"items":[' ? '{"items":[]}' : ']}'));
        controller.close();
        return;
      }
      const items = next.value.map((item) => JSON.stringify(item)).join(',');
      controller.enqueue(Buffer.from(before + items));
      before = ',';
      next = await lists.next();
    },
    async cancel() {
      await lists.return();
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' } });
}
