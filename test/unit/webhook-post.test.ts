import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTargetGuard } from '../../server/webhooks/guard.ts';
import { createPoster, judge, reasonOf } from '../../server/webhooks/post.ts';

/** For what answers; long enough for a busy machine. */
const PATIENCE_MS = 15_000;
/** For what does not, or not to its end. */
const LITTLE_MS = 300;
const SOME_MS = 2_000;
const guard = createTargetGuard(['127.0.0.1/32']);

async function listening(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

/** What an attempt comes to: the answer, or why there was none. */
async function attempt(url: string, patienceMs = PATIENCE_MS) {
  const poster = createPoster(guard, patienceMs);
  onTestFinished(() => poster.close());
  const message = { kind: 'http' as const, url, headers: { 'content-type': 'application/json' }, body: '{}' };
  return poster.post(message).catch((error: unknown) => reasonOf(error));
}

const http = (listener: RequestListener) => listening(createServer(listener));
/** Says something again and again until the other end hangs up. @returns once it has */
const drip = (socket: Socket, text: string) =>
  new Promise<void>((resolve) => {
    const timer = setInterval(() => socket.write(text), 10);
    socket.once('close', () => {
      clearInterval(timer);
      resolve();
    });
  });
const tcp = (answer: (socket: Socket) => void) => listening(createTcpServer((socket) => socket.once('data', () => answer(socket))));

describe('a receiver that means no good, or is not well', () => {
  it('HOOK-81 no answer, and a head that comes drop by drop, end after the same time', async () => {
    expect(await attempt(await http(() => {}), LITTLE_MS)).toBe('no answer in time');
    const url = await tcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      void drip(socket, 'x-more: 1\r\n');
    });
    expect(await attempt(url, LITTLE_MS)).toBe('no answer in time');
  });

  it('HOOK-82 of a body that never ends the beginning is read, and the connection ended; the status counts', async () => {
    let ended: Promise<void> | undefined;
    const url = await http((_, response) => {
      response.writeHead(200);
      ended = drip(response.socket as Socket, `400\r\n${'x'.repeat(0x400)}\r\n`);
      response.flushHeaders();
    });
    expect(await attempt(url)).toEqual({ status: 200, body: 'x'.repeat(4_096) });
    await ended;
  });

  it('HOOK-82 of a body that comes drop by drop what came in time is read', async () => {
    let ended: Promise<void> | undefined;
    const url = await http((_, response) => {
      response.writeHead(500).flushHeaders();
      ended = drip(response.socket as Socket, '1\r\nx\r\n');
    });
    expect(await attempt(url, SOME_MS)).toMatchObject({ status: 500, body: expect.stringMatching(/^x*$/) });
    await ended;
  });

  it('HOOK-82 a packed body is not unpacked, and one chunk larger than all is cut', async () => {
    const url = await http((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(Buffer.alloc(100_000, 'y')));
    expect(await attempt(url)).toEqual({ status: 200, body: 'y'.repeat(4_096) });
  });

  it.each([
    ['garbage', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
    ['nothing', ''],
  ])('HOOK-83 %s is a failure with a reason', async (_, text) => {
    expect(
      await attempt(
        await tcp((socket) => {
          socket.end(text);
        }),
      ),
    ).toMatch(/./);
  });

  it('HOOK-84 proxies of the environment are not used', async () => {
    const asked: string[] = [];
    const proxy = await http((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(200).end();
    });
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    const before = names.map((name) => [name, process.env[name]] as const);
    onTestFinished(() => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy;
    expect(await attempt(await http((_, response) => response.writeHead(204).end()))).toMatchObject({ status: 204 });
    expect(asked).toEqual([]);
  });

  it('HOOK-85 what the configuration does not allow any more is refused before anything is connected to', async () => {
    expect(await attempt('http://127.0.0.2:9/')).toContain('not a public address');
    expect(await attempt('https://169.254.169.254/latest')).toContain('not a public address');
  });
});

describe('HOOK-86 what an answer comes to', () => {
  const now = Date.parse('2026-11-24T08:00:00Z');
  const clock = { now: () => now };
  const afterMs = (retryAfter: string) => judge({ status: 503, retryAfter }, clock).retryAfterMs;

  it.each([
    ['120', 120_000],
    [' 7 ', 7_000],
    ['0', 0],
    ['Tue, 24 Nov 2026 08:10:00 GMT', 600_000],
    ['Tue, 24 Nov 2026 07:00:00 GMT', 0],
    ['999999999', 86_400_000],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 86_400_000],
  ])('Retry-After %s waits %i ms, at most a day', (header, wait) => expect(afterMs(header)).toBe(wait));

  it.each(['', 'soon', '-1', '1e9999', '99999999999', 'NaN'])('Retry-After %j is as if it were not there, or at most a day', (header) => {
    expect(afterMs(header) ?? 0).toBeLessThanOrEqual(86_400_000);
    expect(Number.isNaN(afterMs(header))).toBe(false);
  });

  it.each([
    [199, 'failed'],
    [200, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [300, 'failed'],
    [301, 'failed'],
    [307, 'failed'],
    [304, 'failed'],
    [400, 'failed'],
    [404, 'failed'],
    [410, 'gone'],
    [429, 'failed'],
    [500, 'failed'],
    [599, 'failed'],
  ])('%i is %s', (status, kind) => expect(judge({ status }, clock).kind).toBe(kind));
});
