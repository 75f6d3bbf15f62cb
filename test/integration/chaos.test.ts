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
  const long = await rawRequest(app.port, request('GET', '/healthz', { 'X-Long': 'x'.repeat(20_000) }));
  expect([long.status, JSON.parse(long.body)]).toMatchObject([431, { status: 431, code: 'headers_too_large' }]);
  expect((await rawRequest(app.port, 'HELO highwater\r\n\r\n')).status).toBe(400);
  expect((await app.post('/api/v1/events', 'x'.repeat(1_001))).status).toBe(413);
  const sockets = Array.from({ length: 2 }, () => new WebSocket(`${app.url.replace('http', 'ws')}/api/v1/live`, 'highwater.v1'));
  onTestFinished(() => sockets.forEach((socket) => void socket.terminate()));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('open', resolve))));
  const third = await rawRequest(app.port, UPGRADE);
  expect([third.status, /^retry-after: \d+/im.test(third.head)]).toEqual([429, true]);
  const metrics = (await app.get<string>('/metrics')).body;
  expect(metrics).toContain('highwater_refused_total{reason="too_large"} 1');
  expect(metrics).toContain('highwater_refused_total{reason="too_many_connections"} 1');
  expect(metrics).toContain('highwater_refused_total{reason="headers_too_large"} 1');
  expect(metrics).toContain('highwater_refused_total{reason="malformed_request"} 1');
});

it('FAULT-10 bodies that are held are bounded all together; what is beyond is 503, small ones are always taken, and there is room again afterwards', async () => {
  const app = await startApp(onTestFinished, { config: 'limits: { maxBodyBytes: 400000, maxHeldBytes: 400000 }' });
  const head = (length: number) => ({ 'Content-Type': 'application/json', 'Content-Length': String(length) });
  // All of it is held once there is no room for half as much beside it. One that comes while such a half is held is refused itself, and comes again.
  const begin = () => {
    const socket = connect(app.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.destroy();
      half = begin();
    });
    socket.write(`${request('POST', '/api/v1/events', head(400_000)).trimEnd()}\r\n\r\n${' '.repeat(399_000)}`);
    return socket;
  };
  let half = begin();
  onTestFinished(() => void half.destroy());
  const post = (body: string) => app.post<{ code?: string }>('/api/v1/events', body);
  const event = (user: string) => JSON.stringify({ type: 'login', organisation: '129', user, logonSource: 'CRM', licences: ['Recording'] });
  const large = (user: string) => event(user).padEnd(200_000);
  const answers: number[] = [];
  await expect
    .poll(
      async () => {
        const { status, body, headers } = await post(large(`a${answers.length}`));
        answers.push(status);
        return [status, body.code, headers.get('retry-after')];
      },
      { timeout: 60_000 },
    )
    .toEqual([503, 'too_busy', '1']);
  expect((await post(event('small'))).status).toBe(200);
  half.destroy();
  await expect.poll(async () => (await post(large('b'))).status, { timeout: 60_000 }).toBe(200);
  // Each answer gives back what it held.
  for (let nth = 0; nth < 5; nth++) expect((await post(large(`c${nth}`))).status).toBe(200);
  const { body } = await app.get<{ users: number }>('/api/v1/organisations/129/usage');
  expect(body.users).toBe(answers.filter((status) => status === 200).length + 7);
  expect((await app.get<string>('/metrics')).body).toContain('highwater_refused_total{reason="too_busy"}');
});

it('FAULT-7 who sends headers or a body too slowly is told so and let go, and others are answered meanwhile', async () => {
  const app = await startApp(onTestFinished, { config: 'limits: { headersSeconds: 1, requestSeconds: 2 }' });
  const [headers, body] = [
    rawRequest(app.port, 'GET /healthz HTTP/1.1\r\nHost: 127.0'),
    rawRequest(
      app.port,
      `${request('POST', '/api/v1/events', { 'Content-Type': 'application/json', 'Content-Length': '20' }).trimEnd()}\r\n\r\n[`,
    ),
  ];
  expect((await app.get('/readyz')).status).toBe(200);
  expect(await headers).toMatchObject({ status: 408 });
  expect(await body).toMatchObject({ status: 408 });
  expect((await app.get<string>('/metrics')).body).toContain('highwater_refused_total{reason="too_slow"} 2');
  expect(app.log.filter(({ level }) => level === 'error')).toEqual([]);
});
