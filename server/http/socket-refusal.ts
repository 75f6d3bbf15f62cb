/** Refusals where there is no response to write them with: handshakes, and requests that are none. */
import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Edge } from './edge.ts';
import { HttpProblem, problemBody } from './problem.ts';

/** Answers with the problem, and ends the connection. */
export function refuseOnSocket(socket: Duplex, problem: HttpProblem): void {
  const body = JSON.stringify(problemBody(problem));
  const headers = {
    ...problem.headers,
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  socket.once('finish', () => socket.destroy());
}

/** What Node gives up on before there is a request: headers that are too long or too slow, and what is no HTTP. */
export function refuseBrokenRequests(server: Server, edge: Pick<Edge, 'refused'>): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const problem = problemOf(error.code);
    // An answer that is under way must not have another in its middle.
    const answering = 'bytesWritten' in socket && (socket.bytesWritten as number) > 0;
    if (error.code === 'ECONNRESET' || !socket.writable || answering) {
      socket.destroy();
      return;
    }
    edge.refused(problem.code);
    refuseOnSocket(socket, problem);
  });
}

function problemOf(code: string | undefined): HttpProblem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new HttpProblem(431, 'headers_too_large', 'The headers are longer than limits.maxHeaderBytes.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new HttpProblem(408, 'too_slow', 'The request did not arrive in time.');
  return new HttpProblem(400, 'malformed_request', 'This is not HTTP/1.1.');
}
