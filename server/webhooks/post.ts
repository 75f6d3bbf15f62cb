/** One attempt: a POST to a receiver that may be anybody, and what it came to. */
import { Agent, request } from 'undici';
import type { Clock } from '../clock.ts';
import { ForbiddenTarget, type TargetGuard } from './guard.ts';
import type { Outcome } from './outbox.ts';

const TIMEOUT_MS = 15_000;
/** So much of an answer is read; more is nobody's business. */
const READ_BYTES = 4_096;
const LONGEST_RETRY_AFTER_MS = 86_400_000;

export interface Message {
  kind: 'http';
  /** Default: POST. */
  method?: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What came back, without judgement. */
export interface Answer {
  /** Of HTTP, or of a mail server. */
  status: number;
  retryAfter?: string | undefined;
  /** Its beginning. */
  body?: string;
  /** What else it said. */
  note?: string;
  /** Trying again would bring the same. */
  final?: boolean;
}

export interface Poster {
  /** @throws where there was no answer */
  post(message: Message): Promise<Answer>;
  close(): Promise<void>;
}

export function createPoster(guard: TargetGuard, timeoutMs = TIMEOUT_MS): Poster {
  const agent = (secure: boolean) =>
    new Agent({
      connect: { lookup: guard.lookup(secure), timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      keepAliveTimeout: 4_000,
      maxResponseSize: -1,
    });
  const agents = { 'https:': agent(true), 'http:': agent(false) };
  return {
    async post({ url, method = 'POST', headers, body }) {
      // Literal addresses never reach the lookup, and the configuration may be another than when the receiver was set.
      const problem = guard.problem(url);
      if (problem !== null) throw new ForbiddenTarget(problem);
      const { protocol } = new URL(url);
      const dispatcher = agents[protocol as 'https:' | 'http:'];
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await request(url, { method, headers, ...(method === 'POST' && { body }), dispatcher, signal });
      const retryAfter = response.headers['retry-after'];
      const beginning = await readLittle(response.body);
      return { status: response.statusCode, retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, body: beginning };
    },
    close: async () => {
      await Promise.all([agents['https:'].destroy(), agents['http:'].destroy()]);
    },
  };
}

/**
 * A short answer is read to its end, so that the connection can be used again; a long one is hung up on.
 * @returns its beginning
 */
async function readLittle(
  body: AsyncIterable<Buffer> & { destroy(): unknown; on(event: 'error', listener: () => void): unknown },
): Promise<string> {
  body.on('error', () => {});
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk.subarray(0, READ_BYTES - size));
      size += chunk.length;
      if (size > READ_BYTES) break;
    }
  } catch {
    // The status is what counts, and it was there.
  }
  body.destroy();
  return Buffer.concat(chunks).toString();
}

/** Only 2xx is a success; a redirection is not followed, because nobody has looked at where it leads. */
export function judge(answer: Answer, clock: Pick<Clock, 'now'>): Outcome {
  const at = clock.now();
  const { status, note, final = false } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered', attempt: { at, status, error: note ?? null } };
  if (status === 410) return { kind: 'gone', attempt: { at, status, error: 'the receiver is gone' } };
  const error = note ?? (status >= 300 && status < 400 ? 'a redirection is not followed' : `answered ${status}`);
  const retryAfterMs = retryAfterOf(answer.retryAfter, at);
  return { kind: 'failed', attempt: { at, status, error }, final, ...(retryAfterMs !== null && { retryAfterMs }) };
}

/** Seconds, or a date; at most a day. */
function retryAfterOf(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const wait = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(0, wait), LONGEST_RETRY_AFTER_MS);
}

/** Why there was no answer, in few words. */
export function reasonOf(error: unknown): string {
  const { message = String(error), code, name } = (error ?? {}) as { message?: string; code?: string; name?: string };
  if (name === 'TimeoutError' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT') return 'no answer in time';
  return (message || code || 'failed').slice(0, 300);
}
