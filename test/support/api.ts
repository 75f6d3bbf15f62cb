/** Small typed helpers around `fetch` for talking to a daemon. */

export interface Answer<T> {
  status: number;
  headers: Headers;
  /** Parsed JSON where the answer is JSON, else the text. */
  body: T;
}

export interface Api {
  get<T = unknown>(path: string, headers?: Record<string, string>): Promise<Answer<T>>;
  put<T = unknown>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  post<T = unknown>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  del<T = unknown>(path: string, headers?: Record<string, string>): Promise<Answer<T>>;
}

/** `path` may leave out nothing: `/api/v1/events`. A string or bytes go out as they are (name the content type), all else as JSON. */
export function api(url: string): Api {
  async function send<T>(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = /\bjson\b/.test(response.headers.get('content-type') ?? '') && !/ndjson/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: (json && text !== '' ? JSON.parse(text) : text) as T };
  }
  return {
    get: (path, headers) => send('GET', path, undefined, headers),
    put: (path, body, headers) => send('PUT', path, body, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    del: (path, headers) => send('DELETE', path, undefined, headers),
  };
}
