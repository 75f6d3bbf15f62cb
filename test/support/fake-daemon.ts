/** As much of a daemon as the simulator talks to, in memory, with answers that a test can bend. */
import type { WireEvent } from '../../server/simulate/simulation.ts';

export interface FakeDaemon {
  fetch: typeof fetch;
  requests: { method: string; path: string; body: unknown }[];
  /** First acknowledgements, in order of arrival. */
  events: WireEvent[];
  organisation: { organisation: string; name: string; timeZone: string; entitlements: Record<string, unknown> } | null;
  sessions: { user: string; device: string; logonSource: string }[];
  /** Next answers to `POST /api/v1/events` instead of the usual one. `lost`: recorded, but the answer never arrives. */
  trouble: ('unreachable' | 'lost' | 503 | 400)[];
}

export function fakeDaemon(): FakeDaemon {
  const seen = new Set<string>();
  const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
  const record = (text: string) => {
    const events = text.split('\n').map((line) => JSON.parse(line) as WireEvent);
    const results = events.map((event, index) => {
      const duplicate = seen.has(event.id);
      seen.add(event.id);
      if (!duplicate) daemon.events.push(event);
      return { index, status: duplicate ? 'duplicate' : 'recorded', records: [] };
    });
    return answer(200, { epoch: 'e', seq: daemon.events.length, results });
  };
  const daemon: FakeDaemon = {
    requests: [],
    events: [],
    organisation: null,
    sessions: [],
    trouble: [],
    async fetch(input, init) {
      const { pathname: path } = new URL(String(input));
      const method = init?.method ?? 'GET';
      const text = String(init?.body ?? '');
      daemon.requests.push({ method, path, body: path.endsWith('/events') ? text : JSON.parse(text || 'null') });
      if (path === '/api/v1/events') {
        const trouble = daemon.trouble.shift();
        if (trouble === 'lost') record(text);
        if (trouble === 'lost' || trouble === 'unreachable') {
          throw new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) });
        }
        if (trouble === 503) return answer(503, { code: 'not_recording', detail: 'full' });
        if (trouble === 400)
          return answer(400, { code: 'invalid_body', detail: 'no', errors: [{ path: 'user', message: 'must not be empty' }] });
        return record(text);
      }
      if (path.endsWith('/sessions')) return answer(200, { items: daemon.sessions, nextCursor: null });
      if (method === 'GET') return daemon.organisation ? answer(200, daemon.organisation) : answer(404, { code: 'unknown_organisation' });
      return answer(200, {});
    },
  };
  return daemon;
}
