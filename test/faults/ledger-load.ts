/** Requests sent one after the other, and what became of each: kept outside of the daemon. */
import type { IngestAnswer } from '../../shared/events.ts';
import type { Page, RecordView } from '../../shared/views.ts';
import type { Answer } from '../support/api.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';

export const ORGANISATION = 'faults';
const O = `/api/v1/organisations/${ORGANISATION}`;

export interface Sent {
  ids: string[];
  /** Null: no answer; it may be there or not. */
  status: number | null;
  /** What `now` of its load said when the answer was there. */
  at: number;
}

export interface Load {
  /** Waits after a refusal until the daemon is ready again. */
  waits?: boolean;
  now?: () => number;
}

const event = (id: string) => ({
  type: 'login',
  organisation: ORGANISATION,
  user: id,
  logonSource: 'Agent Desktop',
  licences: ['Recording'],
  id,
});

/** A full disk with room again, or one that was full for one write, is noticed within so long. */
const RECOVERS_WITHIN_MS = 10_000;

/** Sends requests of `size` events until there is no answer, or `most` were sent. */
export async function sendUntilGone(
  daemon: Daemon,
  name: string,
  most: number,
  size: number,
  { waits = false, now = () => 0 }: Load = {},
): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (let n = 0; n < most; n++) {
    const ids = Array.from({ length: size }, (_, i) => `${name}-${n}-${i}`);
    const answer = await daemon.post<IngestAnswer>('/api/v1/events', ids.map(event)).catch(() => null);
    sent.push({ ids, status: answer?.status ?? null, at: now() });
    if (answer === null) break;
    if (answer.status === 503 && answer.headers.get('retry-after') === null) throw new Error('503 without Retry-After');
    if (answer.status === 503 && waits) await readyAgain(daemon);
    if (answer.status !== 200 && answer.status !== 503) throw new Error(`answered ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return sent;
}

async function readyAgain(daemon: Daemon): Promise<void> {
  const until = performance.now() + RECOVERS_WITHIN_MS;
  const isReady = () => daemon.get('/readyz').then(({ status }) => status === 200);
  // It may also have ended: then the next request says so.
  while (!(await isReady().catch(() => true))) {
    if (performance.now() > until) throw new Error('not ready again within 10 s');
  }
}

/** What is wrong with what a daemon that was started again holds, in words. @param look whatever else is to be looked at first */
export async function checkAfter(
  dataDir: string,
  sent: readonly Sent[],
  look: (daemon: Daemon) => Promise<string[]> = async () => [],
): Promise<string[]> {
  const daemon = await startDaemon({ dataDir, startWithin: 120_000 });
  try {
    const wrong = await look(daemon);
    const held = new Map<string, number>();
    for (const { eventId } of await records(daemon)) if (eventId !== null) held.set(eventId, (held.get(eventId) ?? 0) + 1);
    for (const { ids, status } of sent) {
      const there = ids.filter((id) => held.get(id) === 1).length;
      if ([...ids].some((id) => (held.get(id) ?? 0) > 1)) wrong.push(`${ids[0]} is there twice`);
      if (status === 200 && there !== ids.length) wrong.push(`${ids[0]} was acknowledged and ${ids.length - there} of it are lost`);
      if (there !== 0 && there !== ids.length) wrong.push(`${ids[0]} is torn`);
      if (status === 200) continue;
      // What was refused, or had no answer, comes again: as new where it is not there, as a duplicate where it is.
      const answer = await daemon.post<IngestAnswer>('/api/v1/events', ids.map(event));
      const statuses = new Set(answer.body.results.map((result) => result.status));
      const expected = there === ids.length ? 'duplicate' : 'recorded';
      if (statuses.size !== 1 || !statuses.has(expected)) wrong.push(`${ids[0]} sent again is ${[...statuses]}, expected ${expected}`);
    }
    return wrong;
  } finally {
    await daemon.stop();
  }
}

async function records(daemon: Daemon): Promise<RecordView[]> {
  const items: RecordView[] = [];
  let cursor: string | null = null;
  do {
    const page: Answer<Page<RecordView>> = await daemon.get<Page<RecordView>>(
      `${O}/records?limit=10000${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    if (page.status === 404) return [];
    items.push(...page.body.items);
    cursor = page.body.nextCursor;
  } while (cursor !== null);
  return items;
}
