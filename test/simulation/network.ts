/** Connections in memory that can be slow, stall, and break off at any byte; the daemon's own HTTP server is at the other end. */
import { type IncomingMessage, request, type Server } from 'node:http';
import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Random } from '../../server/simulate/random.ts';
import type { Activity } from './settle.ts';

/** One end of a connection. What is written here is read there, in pieces of any length. */
class End extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  peer: End | null = null;
  /** Takes in nothing: the other end's writes wait. */
  stalled = false;
  readonly #activity: Activity;
  #waiting: (() => void) | null = null;

  constructor(activity: Activity) {
    super({ allowHalfOpen: true, emitClose: true });
    this.#activity = activity;
    this.on('error', () => {});
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#activity.note();
    const { peer } = this;
    if (!peer || peer.destroyed) done();
    else peer.#take(chunk, done);
  }

  #take(chunk: Buffer, done: () => void): void {
    const deliver = () => {
      if (this.push(chunk)) done();
      else this.#waiting = done;
    };
    if (this.stalled) this.#waiting = deliver;
    else deliver();
  }

  override _read(): void {
    if (!this.stalled) this.#release();
  }

  resumeTaking(): void {
    this.stalled = false;
    this.#activity.note();
    this.#release();
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }

  override _final(done: () => void): void {
    this.#activity.note();
    if (this.peer && !this.peer.destroyed) this.peer.push(null);
    done();
  }

  override _destroy(_error: Error | null, done: () => void): void {
    this.#activity.note();
    this.#release();
    const { peer } = this;
    this.peer = null;
    if (peer && !peer.destroyed) {
      peer.peer = null;
      peer.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    }
    done();
  }

  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Network {
  /** Where connections lead to; null while nobody listens. */
  attach(server: Server | null): void;
  /** Every connection breaks off. */
  cut(): void;
  /** One request; its answer is null where there was none. */
  send(method: string, path: string, body?: string | null, type?: string): { answer: Promise<Answer | null>; hangUp(): void };
  /** Breaks off one of the connections that are open now. */
  breakOne(random: Random): void;
  webSocket(path: string): { socket: WebSocket; stall(): void; resume(): void } | null;
}

export function createNetwork(activity: Activity): Network {
  let listening: Server | null = null;
  const open = new Set<End>();

  const connect = (): End | null => {
    if (!listening) return null;
    const [here, there] = [new End(activity), new End(activity)];
    here.peer = there;
    there.peer = here;
    open.add(here);
    here.once('close', () => open.delete(here));
    listening.emit('connection', there);
    return here;
  };

  return {
    attach(server) {
      listening = server;
    },
    cut() {
      for (const end of [...open]) end.destroy();
    },
    breakOne(random) {
      const ends = [...open];
      ends[random.below(ends.length)]?.destroy();
    },
    send(method, path, body = null, type = 'application/json') {
      const connection = connect();
      if (!connection) return { answer: Promise.resolve(null), hangUp: () => {} };
      const headers = {
        host: 'localhost',
        connection: 'close',
        ...(body !== null && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
      };
      const answer = new Promise<Answer | null>((resolve) => {
        const asked = request({ method, path, headers, createConnection: () => connection }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
          );
          response.once('close', () => resolve(null));
          response.on('error', () => resolve(null));
        });
        asked.on('error', () => resolve(null));
        asked.once('close', () => activity.note());
        asked.end(body ?? undefined);
      });
      return { answer, hangUp: () => void connection.destroy() };
    },
    webSocket(path) {
      const connection = connect();
      if (!connection) return null;
      const socket = new WebSocket(`ws://localhost${path}`, 'highwater.v1', {
        createConnection: () => connection as never,
        perMessageDeflate: false,
      });
      socket.on('error', () => {});
      return {
        socket,
        stall() {
          connection.stalled = true;
        },
        resume: () => connection.resumeTaking(),
      };
    },
  };
}
