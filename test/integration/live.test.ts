import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { DeltaFrame, ServerFrame, SnapshotFrame } from '../../shared/live-protocol.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { connectLive } from '../support/live-client.ts';
import { rawRequest, request } from '../support/raw-http.ts';
import { within } from '../support/within.ts';

const login = (user: string, organisation = '129') => ({
  type: 'login',
  organisation,
  user,
  logonSource: 'Agent Desktop',
  licences: ['Inbound Agent'],
});
const isSnapshot = (frame: ServerFrame): frame is SnapshotFrame => frame.type === 'snapshot';
const isDelta = (frame: ServerFrame): frame is DeltaFrame => frame.type === 'delta';

function ingestSocket(app: TestApp): { socket: WebSocket; ask: (frame: unknown) => Promise<Record<string, unknown>> } {
  const socket = new WebSocket(new URL('/api/v1/ingest', app.url.replace('http', 'ws')), 'highwater.v1');
  onTestFinished(() => socket.terminate());
  const ready = once(socket, 'open');
  return {
    socket,
    async ask(frame) {
      await ready;
      const answered = once(socket, 'message');
      socket.send(typeof frame === 'string' || frame instanceof Buffer ? frame : JSON.stringify(frame));
      const [data] = await within(answered, 10_000, () => 'an answer on the ingest socket');
      return JSON.parse(String(data));
    },
  };
}

/** The `ref` of each answer as it comes; `all` resolves with so many. */
function refsOf(socket: WebSocket, count: number): { refs: unknown[]; all: Promise<void> } {
  const refs: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      refs.push(JSON.parse(String(data)).ref);
      if (refs.length === count) resolve();
    });
  });
  return { refs, all };
}

describe('the live socket', () => {
  it('LIVE-30 greets, sends the snapshot, then each change once, with previous the seq before', async () => {
    const app = await startApp(onTestFinished);
    await app.post('/api/v1/events', login('a'));
    const display = await connectLive(app.url, '129');
    onTestFinished(() => display.close());
    const snapshot = await display.waitFor(isSnapshot);
    expect(display.frames[0]).toMatchObject({ type: 'hello', protocol: 1, epoch: 'epoch-of-a-test' });
    expect(snapshot).toMatchObject({
      seq: 1,
      usage: { users: 1, licences: expect.arrayContaining([expect.objectContaining({ licenceType: 'Inbound Agent', inUse: 1 })]) },
    });
    for (const user of ['b', 'c', 'd', 'e']) await app.post('/api/v1/events', login(user));
    await display.waitFor((frame) => isDelta(frame) && frame.seq === 5);
    let seq = snapshot.seq;
    for (const delta of display.frames.filter(isDelta)) {
      expect(delta.previous).toBe(seq);
      seq = delta.seq;
    }
    expect(display.frames.filter(isDelta).at(-1)).toMatchObject({ users: 5, licences: [{ licenceType: 'Inbound Agent', inUse: 5 }] });
  });

  it('LIVE-31 shows no user names', async () => {
    const app = await startApp(onTestFinished);
    const display = await connectLive(app.url, '129');
    onTestFinished(() => display.close());
    await app.post('/api/v1/events', login('very-private-name'));
    await display.waitFor(isSnapshot);
    await app.post('/api/v1/events', { ...login('very-private-name'), type: 'logout', licences: undefined });
    await display.waitFor(isDelta);
    expect(JSON.stringify(display.frames)).not.toContain('very-private-name');
  });

  it('LIVE-32 checks path, protocol and limits before the handshake, and says why not', async () => {
    const app = await startApp(onTestFinished, { config: 'limits: {maxLiveConnectionsPerAddress: 1}' });
    const upgrade = {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Version': '13',
    };
    const refused = async (path: string, headers = {}) => {
      const { status, body } = await rawRequest(app.port, request('GET', path, { ...upgrade, ...headers }));
      return `${status} ${JSON.parse(body).code}`;
    };
    expect(await refused('/api/v1/other')).toBe('404 not_found');
    expect(await refused('//evil.example/api/v1/live')).toBe('404 not_found');
    expect(await refused('/api/v1/live', { 'Sec-WebSocket-Protocol': 'highwater.v9' })).toBe('400 unsupported_version');
    const display = await connectLive(app.url);
    expect(await refused('/api/v1/live')).toBe('429 too_many_connections');
    await display.close();
  });

  it('LIVE-33 ends connections that send too much or rubbish, and no others', async () => {
    const app = await startApp(onTestFinished);
    const calm = await connectLive(app.url, '129');
    onTestFinished(() => calm.close());
    const large = await connectLive(app.url);
    large.socket.send('x'.repeat(4_097));
    expect((await large.closed).code).toBe(1009);
    const rubbish = await connectLive(app.url);
    for (let i = 0; i < 4; i++) rubbish.socket.send('{');
    expect((await rubbish.closed).code).toBe(1008);
    await app.post('/api/v1/events', login('a'));
    await calm.waitFor(isSnapshot);
  });

  it('LIVE-34 survives a connection that is reset in the middle of the handshake', async () => {
    const app = await startApp(onTestFinished);
    for (let i = 0; i < 20; i++) {
      const socket = connect(app.port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(
        request('GET', '/api/v1/live', {
          Upgrade: 'websocket',
          Connection: 'Upgrade',
          'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
          'Sec-WebSocket-Version': '13',
        }),
      );
      socket.resetAndDestroy();
      await once(socket, 'close');
    }
    expect((await app.get('/readyz')).status).toBe(200);
  });

  it('LIVE-35 a reader that stops reading costs a bounded buffer, and gets one snapshot when it reads again', async () => {
    const app = await startApp(onTestFinished, { config: 'limits: {liveBufferSoftBytes: 4096}' });
    await app.put('/api/v1/organisations/129', {});
    const slow = await connectLive(app.url, '129');
    onTestFinished(() => slow.close());
    const quick = await connectLive(app.url, '129');
    onTestFinished(() => quick.close());
    await Promise.all([slow.waitFor(isSnapshot), quick.waitFor(isSnapshot)]);
    slow.socket.pause();
    // Rows of long names: a delta of some megabytes fills the buffers of the system, which are not ours to set.
    const wide = (round: number) => ({
      ...login(`u${round}`),
      licences: Array.from({ length: 1_000 }, (_, i) => `${i}-${'é'.repeat(120)}`),
    });
    let seq = 0;
    for (let round = 0; round < 30; round++) {
      seq = (await app.post<{ seq: number }>('/api/v1/events', wide(round))).body.seq;
      await quick.waitFor((frame) => isDelta(frame) && frame.seq >= seq);
    }
    const before = slow.frames.length;
    slow.socket.resume();
    const after = await slow.waitFor((frame) => (isSnapshot(frame) || isDelta(frame)) && frame.seq >= seq, before);
    expect(after.type).toBe('snapshot');
    expect(slow.frames.slice(before).filter(isSnapshot)).toHaveLength(1);
    expect(slow.frames.slice(before).filter(isDelta).length).toBeLessThan(30);
  });

  it('LIVE-36 is closed with 1001 when the daemon stops, and so is the ingest socket', async () => {
    const app = await startApp(onTestFinished);
    const display = await connectLive(app.url, '129');
    const { socket, ask } = ingestSocket(app);
    await ask({ ref: 1, events: [login('a')] });
    const ended = once(socket, 'close');
    expect(await app.close()).toBe(true);
    expect((await display.closed).code).toBe(1001);
    expect((await ended)[0]).toBe(1001);
  });
});

describe('the ingest socket', () => {
  it('INGEST-50 answers each frame with its ref, as HTTP would', async () => {
    const { ask } = ingestSocket(await startApp(onTestFinished));
    expect(await ask({ ref: 'a', events: [login('a'), login('b')] })).toMatchObject({
      ref: 'a',
      seq: 2,
      results: [{ status: 'recorded' }, { status: 'recorded' }],
    });
    expect(await ask({ ref: 7, events: [login('c'), { ...login('d'), user: 7 }] })).toMatchObject({
      ref: 7,
      status: 400,
      code: 'invalid_body',
      errors: [{ index: 1, path: 'user' }],
    });
    expect(await ask({ ref: 8, events: [] })).toMatchObject({ ref: 8, code: 'invalid_body' });
    expect(await ask({ ref: 9, events: Array(10_001).fill({}) })).toMatchObject({ ref: 9, status: 413, code: 'too_many_events' });
    expect(await ask({ events: [login('c')] })).toMatchObject({ ref: null, code: 'invalid_body', errors: [{ path: 'ref' }] });
    expect(await ask('{')).toMatchObject({ ref: null, code: 'malformed_json' });
    expect(await ask(Buffer.from('{"ref":1,"events":[]}'))).toMatchObject({ ref: null, status: 415 });
    expect(await ask({ ref: 10, events: [login('c')] })).toMatchObject({ ref: 10, seq: 3 });
  });

  it('INGEST-51 answers a refusal after what came before it, though that is known first', async () => {
    const { socket, ask } = ingestSocket(await startApp(onTestFinished));
    await ask({ ref: 'first', events: [login('first')] });
    const { refs, all } = refsOf(socket, 4);
    for (const [ref, events] of [
      [1, [login('a')]],
      [2, []],
      [3, [login('b')]],
      [4, {}],
    ])
      socket.send(JSON.stringify({ ref, events }));
    await within(all, 20_000, () => `four answers, got ${refs.length}`);
    expect(refs).toEqual([1, 2, 3, 4]);
  });

  it('INGEST-51 answers many frames that were sent at once, in order', async () => {
    const { socket, ask } = ingestSocket(await startApp(onTestFinished));
    await ask({ ref: 'first', events: [login('first')] });
    const { refs, all } = refsOf(socket, 500);
    for (let i = 0; i < 500; i++) socket.send(JSON.stringify({ ref: i, events: [login(`u${i}`)] }));
    await within(all, 20_000, () => `500 answers, got ${refs.length}`);
    expect(refs).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });
});
