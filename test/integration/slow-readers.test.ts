/** Callers who ask for much and take it slowly, or not at all. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Store } from '../../server/store/store.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { request } from '../support/raw-http.ts';

const O = '/api/v1/organisations/129';
/** Every five minutes of six months: some 20 MB, more than the system keeps on the way. */
const MUCH = `${O}/history?resolution=5m&from=2026-05-01T00:00:00Z&to=2026-11-01T00:00:00Z`;

/** Counts the ranges that are being read: a reader of the store must not stay open while a caller dawdles. */
function watched(): { store: Store; open: () => number } {
  const store = createMemoryStore();
  let open = 0;
  return {
    open: () => open,
    store: {
      ...store,
      *range<V>(...[table, range]: Parameters<Store['range']>) {
        open++;
        try {
          yield* store.range<V>(table, range);
        } finally {
          open--;
        }
      },
    },
  };
}

async function appWithHistory(limits: string, store: Store): Promise<TestApp> {
  const app = await startApp(onTestFinished, { config: `limits: { ${limits} }`, store });
  const event = { organisation: '129', user: 'a', logonSource: 'Agent Desktop' };
  const sent = await app.post('/api/v1/events', [
    { ...event, type: 'login', licences: ['Recording'], at: '2025-10-01T08:00:00Z' },
    { ...event, type: 'logout', at: '2026-10-31T08:00:00Z' },
  ]);
  expect(sent.status).toBe(200);
  return app;
}

/** Asks, and takes nothing of the answer. */
async function dawdler(app: TestApp): Promise<Socket> {
  const socket = connect(app.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  socket.pause();
  await once(socket, 'connect');
  socket.write(request('GET', MUCH));
  return socket;
}

/** What comes until the other side ends it, however that is. */
async function takeAll(socket: Socket): Promise<string> {
  let end = '';
  socket.on('data', (chunk) => {
    end = (end + chunk.toString('latin1')).slice(-16);
  });
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
  return end;
}

const tooSlow = async (app: TestApp) => /reason="too_slow"\} (\d+)/.exec((await app.get<string>('/metrics')).body)?.[1];
const LAST_CHUNK = /\]\}\r\n0\r\n\r\n$/;

it('FAULT-8 who takes nothing of an answer holds nobody up, and is cut off after a while', async () => {
  const { store, open } = watched();
  const app = await appWithHistory('answerStuckSeconds: 1', store);
  const dawdlers = await Promise.all([1, 2, 3, 4].map(() => dawdler(app)));
  for (let nth = 0; nth < 30; nth++) {
    const event = { type: nth % 2 === 0 ? 'login' : 'logout', organisation: '129', user: 'b', logonSource: 'Agent Desktop' };
    expect((await app.post('/api/v1/events', event)).status).toBe(200);
    expect(open()).toBe(0);
  }
  await expect.poll(() => tooSlow(app), { timeout: 20_000 }).toBe('4');
  for (const socket of dawdlers) expect(await takeAll(socket)).not.toMatch(LAST_CHUNK);
  expect(app.log.filter(({ level }) => level === 'error')).toEqual([]);
}, 180_000);

it('FAULT-8 who takes it late but in time has it whole; an answer that takes longer than it may is cut off', async () => {
  const patient = await appWithHistory('answerStuckSeconds: 60', createMemoryStore());
  const late = await dawdler(patient);
  expect((await patient.get(`${O}/usage`)).status).toBe(200);
  expect(await takeAll(late)).toMatch(LAST_CHUNK);
  const strict = await appWithHistory('answerStuckSeconds: 60, answerSeconds: 5', createMemoryStore());
  const cut = await dawdler(strict);
  await expect.poll(() => tooSlow(strict), { timeout: 20_000 }).toMatch(/[1-9]/);
  expect(await takeAll(cut)).not.toMatch(LAST_CHUNK);
}, 180_000);
