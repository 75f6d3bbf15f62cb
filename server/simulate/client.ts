/** Talks to a daemon and does not give up: every request is safe to repeat, so it is repeated until it was answered. */
import type { Clock } from '../clock.ts';

/** The daemon refused for good: asking again would not help. */
export class RefusedError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Told to stop while a request was still without an answer. */
export class StoppedError extends Error {}

export interface Client {
  /** @throws RefusedError, StoppedError */
  request<T>(method: 'GET' | 'PUT' | 'POST', path: string, body?: { type: string; text: string }): Promise<{ status: number; body: T }>;
}

export interface ClientOptions {
  url: string;
  token?: string | undefined;
  fetch: typeof fetch;
  clock: Clock;
  /** For the jitter of the back-off. */
  random: () => number;
  /** After this no request is tried again. */
  noMoreTries: AbortSignal;
  /** After this what is under way is broken off. */
  hangUp: AbortSignal;
  /** Told of every failed try: why, and the milliseconds until the next. */
  onRetry(reason: string, waitMs: number): void;
  /** Milliseconds after which an unreachable daemon is given up; the first answer of all ends the count. */
  reachWithinMs: number;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
const ANSWER_WITHIN_MS = 30_000;
/** Below 500 and yet no refusal: too slow, too early, too many. */
const PASSING = new Set([408, 425, 429]);

export function createClient(options: ClientOptions): Client {
  const { url, token, clock, random, noMoreTries, hangUp } = options;
  const started = clock.now();
  let reached = false;

  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        cancel();
        noMoreTries.removeEventListener('abort', done);
        resolve();
      };
      const cancel = clock.after(milliseconds, done);
      noMoreTries.addEventListener('abort', done);
    });

  async function attempt(
    method: string,
    path: string,
    body?: { type: string; text: string },
  ): Promise<{ response: Response; text: string }> {
    const cut = new AbortController();
    const breakOff = () => cut.abort(new Error('no answer in time'));
    const cancel = clock.after(ANSWER_WITHIN_MS, breakOff);
    hangUp.addEventListener('abort', breakOff);
    try {
      const response = await options.fetch(new URL(path, url), {
        method,
        headers: { ...(body ? { 'content-type': body.type } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) },
        ...(body ? { body: body.text } : {}),
        signal: cut.signal,
      });
      return { response, text: await response.text() };
    } finally {
      cancel();
      hangUp.removeEventListener('abort', breakOff);
    }
  }

  return {
    async request<T>(method: 'GET' | 'PUT' | 'POST', path: string, body?: { type: string; text: string }) {
      for (let tries = 0; ; tries++) {
        let reason: string;
        let wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries) * (0.5 + random() / 2);
        try {
          const { response, text } = await attempt(method, path, body);
          reached = true;
          if (response.ok || (method === 'GET' && response.status === 404)) {
            return { status: response.status, body: parse(text) as T };
          }
          if (response.status < 500 && !PASSING.has(response.status))
            throw new RefusedError(response.status, refusal(response.status, text));
          reason = `answered ${response.status}`;
          wait = Math.max(wait, Math.min(LONGEST_WAIT_MS, Number(response.headers.get('retry-after') ?? 0) * 1000));
        } catch (error) {
          if (error instanceof RefusedError) throw error;
          reason = describe(error);
          if (!reached && clock.now() - started > options.reachWithinMs) throw new RefusedError(0, `no daemon at ${url}: ${reason}`);
        }
        if (noMoreTries.aborted) throw new StoppedError(`stopped while the daemon was away (${reason})`);
        options.onRetry(reason, wait);
        await pause(wait);
      }
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(status: number, text: string): string {
  const problem = parse(text) as { detail?: string; errors?: { path: string; message: string }[] } | undefined;
  const first = problem?.errors?.[0];
  return `the daemon refused (${status}): ${problem?.detail ?? text.slice(0, 200)}${first ? ` (${first.path} ${first.message})` : ''}`;
}

/** `fetch failed` says nothing; its cause does. */
function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
