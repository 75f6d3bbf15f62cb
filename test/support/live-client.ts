/** A display without pixels: collects the frames of `/api/v1/live` and lets a test wait for one. */
import { WebSocket } from 'ws';
import { LIVE_PATH, LIVE_SUBPROTOCOL, type ServerFrame } from '../../shared/live-protocol.ts';
import { within } from './within.ts';

const WAIT_MS = 60_000;

export interface LiveClient {
  /** Every frame so far, in order of arrival. */
  readonly frames: ServerFrame[];
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  subscribe(organisation: string): void;
  unsubscribe(organisation?: string): void;
  /** The first frame, from the `from`-th on (default: from the beginning), that satisfies; waits for it if need be. */
  waitFor<F extends ServerFrame>(predicate: (frame: ServerFrame) => frame is F, from?: number): Promise<F>;
  waitFor(predicate: (frame: ServerFrame) => boolean, from?: number): Promise<ServerFrame>;
  /** Resolves when the socket is closed. */
  close(): Promise<void>;
}

/** @example const display = await connectLive(daemon.url, '129'); */
export async function connectLive(url: string, organisation?: string, headers: Record<string, string> = {}): Promise<LiveClient> {
  const frames: ServerFrame[] = [];
  const waiting = new Set<() => void>();
  const socket = new WebSocket(new URL(LIVE_PATH, url.replace(/^http/, 'ws')), LIVE_SUBPROTOCOL, { headers });
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)) as ServerFrame);
    for (const look of waiting) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  await within(opened, WAIT_MS, () => 'the live socket opens');
  socket.on('error', () => {});

  const client: LiveClient = {
    frames,
    socket,
    closed,
    subscribe: (of) => socket.send(JSON.stringify({ type: 'subscribe', organisation: of })),
    unsubscribe: (of) => socket.send(JSON.stringify({ type: 'unsubscribe', ...(of === undefined ? {} : { organisation: of }) })),
    async waitFor(predicate: (frame: ServerFrame) => boolean, from = 0): Promise<ServerFrame> {
      let next = from;
      let look = () => {};
      const found = new Promise<ServerFrame>((resolve) => {
        look = () => {
          for (; next < frames.length; next++) {
            const frame = frames[next];
            if (frame && predicate(frame)) return resolve(frame);
          }
        };
        waiting.add(look);
        look();
      });
      try {
        return await within(found, WAIT_MS, () => `a frame that satisfies; last of ${frames.length}: ${JSON.stringify(frames.at(-1))}`);
      } finally {
        waiting.delete(look);
      }
    },
    async close() {
      socket.close();
      await within(closed, WAIT_MS, () => 'the live socket closes');
    },
  } as LiveClient;
  if (organisation !== undefined) client.subscribe(organisation);
  return client;
}
