/** What ingest sockets may have the daemon hold, all together. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Store } from '../../server/store/store.ts';
import type { Api } from '../support/api.ts';
import { startApp } from '../support/app.ts';
import { startDaemon } from '../support/daemon.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { within } from '../support/within.ts';

const LARGEST = 400_000;
const LIMITS = `limits: { maxBodyBytes: ${LARGEST}, maxHeldBytes: ${LARGEST} }`;
const START = Date.parse('2026-11-24T08:00:00Z');

const login = (user: string) => ({ type: 'login', organisation: '129', user, logonSource: 'CRM', licences: ['Recording'] });
const frameOf = (ref: string, bytes = 0): string => JSON.stringify({ ref, events: [login(ref)] }).padEnd(bytes);

async function ingest(url: string): Promise<{ socket: WebSocket; next: () => Promise<Record<string, unknown>> }> {
  const socket = new WebSocket(new URL('/api/v1/ingest', url.replace('http', 'ws')));
  onTestFinished(() => socket.terminate());
  const answers: Record<string, unknown>[] = [];
  let heard = (): void => {};
  socket.on('message', (data) => {
    answers.push(JSON.parse(String(data)));
    heard();
  });
  await within(once(socket, 'open'), 20_000, () => 'an open socket');
  const next = async (): Promise<Record<string, unknown>> => {
    while (answers.length === 0) await within(new Promise<void>((resolve) => (heard = resolve)), 60_000, () => 'an answer');
    return answers.shift() as Record<string, unknown>;
  };
  return { socket, next };
}

/** All but the end of the largest frame there may be, over a socket of its own. It has come in once there is no room for half as much. */
async function holdAll({ url, post }: Api & { url: string }): Promise<Socket> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const handshake = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  socket.write(`GET /api/v1/ingest HTTP/1.1\r\nHost: ${host}\r\n${handshake}\r\n\r\n`);
  await within(once(socket, 'data'), 20_000, () => 'a handshake');
  const head = Buffer.from([0x81, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(BigInt(LARGEST), 2);
  socket.write(Buffer.concat([head, Buffer.alloc(LARGEST - 1, ' ')]));
  await expect
    .poll(async () => (await post('/api/v1/events', JSON.stringify(login('large')).padEnd(200_000))).status, { timeout: 60_000 })
    .toBe(503);
  return socket;
}

it('FAULT-11 a frame without room waits and is answered once there is some; small ones are always taken', async () => {
  const daemon = await startDaemon({
    env: { HIGHWATER_LIMITS_MAX_BODY_BYTES: String(LARGEST), HIGHWATER_LIMITS_MAX_HELD_BYTES: String(LARGEST) },
  });
  onTestFinished(daemon.dispose);
  const holder = await holdAll(daemon);
  const [large, small] = [await ingest(daemon.url), await ingest(daemon.url)];
  large.socket.send(frameOf('waits', 300_000));
  large.socket.send(frameOf('after it'));
  for (const ref of ['1', '2', '3']) {
    small.socket.send(frameOf(ref));
    expect(await small.next()).toMatchObject({ ref, results: [{ status: 'recorded' }] });
  }
  holder.destroy();
  expect(await large.next()).toMatchObject({ ref: 'waits', results: [{ status: 'recorded' }] });
  expect(await large.next()).toMatchObject({ ref: 'after it', results: [{ status: 'recorded' }] });
  // Each answer gives back what it held.
  for (let nth = 0; nth < 5; nth++) {
    large.socket.send(frameOf(`again ${nth}`, LARGEST));
    expect(await large.next()).toMatchObject({ ref: `again ${nth}`, results: [{ status: 'recorded' }] });
  }
});

it('FAULT-11 a frame that has waited for ten seconds is too_busy, and its socket is closed with 1013', async () => {
  const clock = createManualClock(START);
  const app = await startApp(onTestFinished, { config: LIMITS, clock });
  await holdAll(app);
  const { socket, next } = await ingest(app.url);
  let code: number | null = null;
  socket.on('close', (goodbye) => {
    code = goodbye;
  });
  socket.send(frameOf('large', 300_000));
  const told = next();
  await expect
    .poll(
      () => {
        clock.advanceTo(clock.now() + 1_000);
        return code;
      },
      { timeout: 60_000 },
    )
    .toBe(1013);
  expect(await told).toMatchObject({ ref: null, status: 503, code: 'too_busy' });
  expect((await app.get<string>('/metrics')).body).toContain('highwater_refused_total{reason="too_busy"}');
});

it('FAULT-11 pongs are not held for good', async () => {
  const app = await startApp(onTestFinished, { config: LIMITS });
  const { socket } = await ingest(app.url);
  for (let nth = 0; nth < 4_000; nth++) socket.pong('x'.repeat(125));
  socket.ping();
  await within(once(socket, 'pong'), 20_000, () => 'an answer to a ping, which comes after all that was sent before');
  const another = await ingest(app.url);
  another.socket.send(frameOf('largest', LARGEST));
  expect(await another.next()).toMatchObject({ ref: 'largest', results: [{ status: 'recorded' }] });
});

it('FAULT-11 a socket that is not read from while its frames wait for the disk is not taken for dead', async () => {
  const clock = createManualClock(START);
  const memory = createMemoryStore();
  let open: () => void = () => {};
  let gate: Promise<void> = Promise.resolve();
  const store: Store = { ...memory, commit: (writes) => gate.then(() => memory.commit(writes)) };
  const app = await startApp(onTestFinished, { clock, store });
  const { socket, next } = await ingest(app.url);
  gate = new Promise((resolve) => {
    open = resolve;
  });
  for (let nth = 0; nth < 40; nth++) socket.send(frameOf(String(nth)));
  let pings = 0;
  socket.on('ping', () => pings++);
  await expect
    .poll(
      () => {
        clock.advanceTo(clock.now() + 30_000);
        return pings;
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThan(3);
  open();
  for (let nth = 0; nth < 40; nth++) expect(await next()).toMatchObject({ ref: String(nth) });
});
