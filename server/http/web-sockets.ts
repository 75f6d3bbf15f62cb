/** The two WebSockets. Everything is checked before the handshake, while a refusal is still a plain HTTP answer. */
import type { IncomingMessage, Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { LIVE_PATH, LIVE_SUBPROTOCOL } from '../../shared/live-protocol.ts';
import { bearerToken, neededCapability } from './auth.ts';
import type { Edge } from './edge.ts';
import { type IngestSocket, serveIngest } from './ingest-socket.ts';
import { keepAlive } from './keep-alive.ts';
import { serveLive } from './live-socket.ts';
import { servePlainly } from './plain-again.ts';
import { HttpProblem, internalProblem, knownProblem } from './problem.ts';
import { refuseOnSocket } from './socket-refusal.ts';

export const INGEST_PATH = '/api/v1/ingest';
/** A browser cannot send a header with a WebSocket, so a token may come as a subprotocol of this form, with `%XX` for what may not stand in one. */
const TOKEN_PROTOCOL = 'bearer.';
const LIVE_FRAME_BYTES = 4_096;
const GOODBYE_MS = 3_000;

export interface WebSockets {
  /** 1001 to everybody; who does not answer within three seconds is cut off. */
  close(): Promise<void>;
}

interface Admitted {
  path: typeof LIVE_PATH | typeof INGEST_PATH;
  address: string;
  mayStay(): boolean;
}

export function attachWebSockets(server: Server, edge: Edge): WebSockets {
  const { limits } = edge.config;
  const options = { noServer: true, perMessageDeflate: false, clientTracking: false, maxFragments: 64, handleProtocols: chooseProtocol };
  const handshake = {
    [LIVE_PATH]: new WebSocketServer({ ...options, maxPayload: LIVE_FRAME_BYTES }),
    [INGEST_PATH]: new WebSocketServer({ ...options, maxFragments: 16_384, maxPayload: limits.maxBodyBytes }),
  };
  const pings = keepAlive(edge.clock);
  const ingesting = new Map<WebSocket, IngestSocket>();
  const perAddress = new Map<string, number>();

  const admit = (request: IncomingMessage): Admitted => {
    const { headers, url = '/', socket } = request;
    edge.guard.host(headers.host);
    const path = url.split('?', 1)[0];
    if (path !== LIVE_PATH && path !== INGEST_PATH) throw new HttpProblem(404, 'not_found', 'No WebSocket is spoken here.');
    edge.guard.origin(headers.origin);
    const offered = protocols(headers['sec-websocket-protocol']);
    const token =
      bearerToken(headers.authorization) ??
      unescaped(offered.find((item) => item.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length));
    const authorise = () => edge.auth.authorise(token, neededCapability('GET', path));
    authorise();
    const spoken = offered.filter((item) => !item.startsWith(TOKEN_PROTOCOL));
    if (spoken.length > 0 && !spoken.includes(LIVE_SUBPROTOCOL)) {
      throw new HttpProblem(400, 'unsupported_version', `This daemon speaks ${LIVE_SUBPROTOCOL}.`);
    }
    const { hub } = edge.running();
    const address = socket.remoteAddress ?? '';
    const crowded = path === LIVE_PATH ? hub.clients >= limits.maxLiveConnections : ingesting.size >= limits.maxIngestConnections;
    if (crowded) throw new HttpProblem(503, 'too_many_connections', 'Every place is taken.', { headers: { 'Retry-After': '10' } });
    if (path === LIVE_PATH && (perAddress.get(address) ?? 0) >= limits.maxLiveConnectionsPerAddress) {
      throw new HttpProblem(429, 'too_many_connections', 'Your address has as many connections as one may have.', {
        headers: { 'Retry-After': '10' },
      });
    }
    return { path, address, mayStay: () => isGranted(authorise) };
  };

  server.on('upgrade', (request, socket, head) => {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      servePlainly(server, request, socket, head);
      return;
    }
    // First of all: a caller that resets the connection now must not end the process.
    socket.on('error', () => socket.destroy());
    try {
      const { path, address, mayStay } = admit(request);
      handshake[path].handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('error', () => {});
        if (path === INGEST_PATH) {
          const ingest = serveIngest(webSocket, socket, edge);
          pings.watch(webSocket, mayStay, ingest.isHeldBack);
          ingesting.set(webSocket, ingest);
          webSocket.on('close', () => ingesting.delete(webSocket));
        } else {
          pings.watch(webSocket, mayStay);
          count(perAddress, address, 1);
          webSocket.on('close', () => count(perAddress, address, -1));
          serveLive(webSocket, edge.running().hub);
        }
      });
    } catch (error) {
      const known = knownProblem(error);
      if (!known) edge.log.error({ err: error }, 'a WebSocket handshake failed');
      const problem = known ?? internalProblem();
      edge.refused(problem.code);
      refuseOnSocket(socket, problem);
    }
  });

  return {
    async close() {
      pings.stop();
      for (const ingest of ingesting.values()) ingest.finish();
      const closed = [...ingesting.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      const cancel = edge.clock.after(GOODBYE_MS, () => {
        for (const socket of ingesting.keys()) socket.terminate();
      });
      await Promise.all(closed);
      cancel();
    },
  };
}

function isGranted(authorise: () => void): boolean {
  try {
    authorise();
    return true;
  } catch {
    return false;
  }
}

const protocols = (header: string | undefined): string[] => (header ?? '').split(',').flatMap((item) => item.trim() || []);

function unescaped(token: string | undefined): string | undefined {
  try {
    return token === undefined ? undefined : decodeURIComponent(token);
  } catch {
    return token;
  }
}

const chooseProtocol = (offered: Set<string>): string | false => (offered.has(LIVE_SUBPROTOCOL) ? LIVE_SUBPROTOCOL : false);

function count(perAddress: Map<string, number>, address: string, change: number): void {
  const now = (perAddress.get(address) ?? 0) + change;
  if (now > 0) perAddress.set(address, now);
  else perAddress.delete(address);
}
