import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { startApp } from '../support/app.ts';
import { rawRequest, request } from '../support/raw-http.ts';

const UPGRADE = request('GET', '/api/v1/live', {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol': 'highwater.v1',
});

/** Sends a part and resets the connection. */
const reset = (port: number, part: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(part, () => socket.resetAndDestroy()));
    socket.on('error', () => {});
    socket.once('close', () => resolve());
  });

it('FAULT-5 a reset at any byte of an upgrade, and of a frame after it, ends nothing else', async () => {
  const app = await startApp(onTestFinished);
  const frame = `${UPGRADE}\u0081\u0085abcd`;
  for (let length = 1; length <= frame.length; length++) await reset(app.port, frame.slice(0, length));
  expect((await app.get('/readyz')).status).toBe(200);
  await expect.poll(async () => /highwater_live_clients (\d+)/.exec((await app.get<string>('/metrics')).body)?.[1]).toBe('0');
  expect(app.log.filter(({ level }) => level === 'error')).toEqual([]);
});

it('FAULT-6 what is more than it may be is refused properly and counted', async () => {
  const app = await startApp(onTestFinished, { config: 'limits: { maxBodyBytes: 1000, maxLiveConnectionsPerAddress: 2 }' });
  expect((await rawRequest(app.port, request('GET', '/healthz', { 'X-Long': 'x'.repeat(20_000) }))).status).toBe(431);
  expect((await app.post('/api/v1/events', 'x'.repeat(1_001))).status).toBe(413);
  const sockets = Array.from({ length: 2 }, () => new WebSocket(`${app.url.replace('http', 'ws')}/api/v1/live`, 'highwater.v1'));
  onTestFinished(() => sockets.forEach((socket) => void socket.terminate()));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('open', resolve))));
  const third = await rawRequest(app.port, UPGRADE);
  expect([third.status, /^retry-after: \d+/im.test(third.head)]).toEqual([429, true]);
  const metrics = (await app.get<string>('/metrics')).body;
  expect(metrics).toContain('highwater_refused_total{reason="too_large"} 1');
  expect(metrics).toContain('highwater_refused_total{reason="too_many_connections"} 1');
});
