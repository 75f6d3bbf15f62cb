import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Clock } from '../clock.ts';
import type { App } from './edge.ts';
import { HttpProblem, internalProblem, problemResponse } from './problem.ts';
import { setSecurityHeaders } from './security-headers.ts';

/** Longer than the idle time of the usual load balancers, so that they close first and no request meets a closing socket. */
const KEEP_ALIVE_MS = 75_000;
const CLOSE_MS = 5_000;
const IDLE_LOOK_MS = 20;

/** How often it is looked who is too slow, milliseconds. */
const SLOW_LOOK_MS = 1_000;

export interface RequestLimits {
  maxHeaderBytes: number;
  /** Seconds until the headers have to be there, and the whole request. */
  headersSeconds: number;
  requestSeconds: number;
}

export function createHttpServer(app: App, limits: RequestLimits): Server {
  const answer = getRequestListener(app.fetch as Parameters<typeof getRequestListener>[0], {
    errorHandler: (error) =>
      problemResponse(error instanceof RequestError ? new HttpProblem(400, 'malformed_path', `${error.message}.`) : internalProblem()),
  });
  const options = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersSeconds * 1_000,
    requestTimeout: limits.requestSeconds * 1_000,
    connectionsCheckingInterval: SLOW_LOOK_MS,
  };
  const server = createServer(options, (request: IncomingMessage, response: ServerResponse) => {
    setSecurityHeaders(response);
    // Once it stops listening, each connection ends with the answer that is under way.
    if (!server.listening) response.setHeader('Connection', 'close');
    answer(request, response);
  });
  return server;
}

/** @returns the port that it listens on. @throws the system's error, EADDRINUSE for one */
export function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Takes no more connections, lets the answers under way finish, and cuts off what takes longer than five seconds. */
export async function closeHttpServer(server: Server, clock: Pick<Clock, 'after' | 'every'>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection whose answer was under way is idle only afterwards, and would stay open for the next request.
  const stopLooking = clock.every(IDLE_LOOK_MS, () => server.closeIdleConnections());
  const cancel = clock.after(CLOSE_MS, () => server.closeAllConnections());
  await closed;
  stopLooking();
  cancel();
}
