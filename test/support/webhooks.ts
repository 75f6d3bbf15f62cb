/** What tests of webhooks have in common. */

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** Asks again until the answer satisfies: for what happens after a receiver has already answered. */
export async function until<T>(ask: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (let turn = 0; turn < 2_000; turn++) {
    const value = await ask();
    if (good(value)) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`never came: ${JSON.stringify(await ask())}`);
}
