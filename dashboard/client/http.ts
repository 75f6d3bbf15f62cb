import { linesIn } from '../../shared/lines.ts';
import type { FieldProblem, Problem } from '../../shared/problems.ts';

export type Query = Record<string, string | number | boolean | undefined>;

/** An answer that was no success. `errors` says where, when a body or query was refused. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldProblem[];
  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `The daemon answered ${status}`);
    this.status = status;
    this.code = problem.code ?? 'internal';
    this.errors = problem.errors ?? [];
  }
}

/** That the daemon was away, or could not do it then, says nothing about the question; that it refused does. */
export const mayPass = (error: Error | null): boolean => error !== null && !(error instanceof ProblemError && error.status < 500);

/** What a page refuses by itself, as the daemon would. */
export const refusedField = (path: string, message: string): ProblemError =>
  new ProblemError(400, { detail: 'Nothing was changed: 1 problem', errors: [{ path, message }] });

/** How the daemon is spoken to. Everything but a success is a `ProblemError`. */
export interface Http {
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T>;
  put(path: string, body: unknown): Promise<void>;
  remove(path: string): Promise<void>;
  /** The same for an answer that comes line by line. */
  lines(path: string, body: unknown, signal?: AbortSignal): AsyncGenerator<string, void, void>;
  /** For what is neither JSON in nor JSON out. */
  send(path: string, init?: RequestInit): Promise<Response>;
}

/** @param ask the browser's `fetch`, handed in so that a test can answer */
export function createHttp(ask: typeof globalThis.fetch): Http {
  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await ask(path, init).catch((error: unknown) => {
      // What a browser says of a daemon that is away differs from one to the next, and helps nobody.
      throw init.signal?.aborted ? error : new Error('The daemon does not answer.');
    });
    if (!response.ok) throw new ProblemError(response.status, await problemOf(response));
    return response;
  }
  const signalled = (signal: AbortSignal | undefined) => (signal ? { signal } : {});
  const withBody = (method: string, body: unknown, accept = 'application/json'): RequestInit => ({
    method,
    headers: { accept, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  // The one place where the wire meets the types: both sides are built from `shared/`.
  return {
    send,
    get: async <T>(path: string, signal?: AbortSignal) =>
      (await send(path, { headers: { accept: 'application/json' }, ...signalled(signal) })).json() as Promise<T>,
    post: async <T>(path: string, body: unknown, signal?: AbortSignal) =>
      (await send(path, { ...withBody('POST', body), ...signalled(signal) })).json() as Promise<T>,
    lines: async function* (path, body, signal) {
      const response = await send(path, { ...withBody('POST', body, 'application/x-ndjson'), ...signalled(signal) });
      yield* linesIn(textOf(response, signal));
    },
    put: async (path, body) => void (await send(path, withBody('PUT', body))),
    remove: async (path) => void (await send(path, { method: 'DELETE' })),
  };
}

async function* textOf({ body }: Response, signal?: AbortSignal): AsyncGenerator<string, void, void> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const step = await reader?.read().catch((error: unknown) => {
      throw signal?.aborted ? error : new Error('The answer was cut off: the daemon does not answer any more.');
    });
    if (!step || step.done) return;
    yield decoder.decode(step.value, { stream: true });
  }
}

/** The address of something of an organisation. */
export function pathOf(organisation: string, rest = '', query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, String(value));
  const asked = search.size > 0 ? `?${search}` : '';
  return `/api/v1/organisations/${encodeURIComponent(organisation)}${rest}${asked}`;
}

async function problemOf(response: Response): Promise<Partial<Problem>> {
  try {
    return (await response.json()) as Partial<Problem>;
  } catch {
    return { detail: `The daemon answered ${response.status} ${response.statusText}`.trim() };
  }
}
