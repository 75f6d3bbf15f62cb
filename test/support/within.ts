/** `promise`, or a failure after `milliseconds` that says what was waited for. Every wait in the tests is bounded by this. */
export async function within<T>(promise: Promise<T>, milliseconds: number, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${milliseconds} ms: ${what()}`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
