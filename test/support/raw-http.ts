import { once } from 'node:events';
import { connect } from 'node:net';
import { within } from './within.ts';

export interface RawAnswer {
  status: number;
  head: string;
  body: string;
}

/** Sends the bytes as they are, for what no HTTP client would send, and reads until the other side closes. */
export function rawRequest(port: number, ...pieces: (string | Buffer)[]): Promise<RawAnswer> {
  const answer = new Promise<RawAnswer>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.once('error', (error: NodeJS.ErrnoException) => (chunks.length > 0 ? finish() : reject(error)));
    socket.once('close', () => finish());
    for (const piece of pieces) socket.write(piece);
    function finish() {
      const text = Buffer.concat(chunks).toString();
      const [head = '', ...body] = text.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), head, body: body.join('\r\n\r\n') });
    }
  });
  return within(answer, 10_000, () => 'the answer to a raw request');
}

/** Sends all of it before it listens, as many clients do. @throws when the other side hangs up meanwhile */
export async function sendThenListen(port: number, head: string, body: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.write(head);
    socket.write(body, (error) => (error ? reject(error) : resolve()));
  });
  const [answer] = (await within(once(socket, 'data'), 10_000, () => 'the answer to what was sent')) as [Buffer];
  socket.destroy();
  return answer.toString();
}

/** A request line and headers, with `Connection: close` so that the answer ends. */
export const request = (method: string, target: string, headers: Record<string, string> = {}): string =>
  `${[`${method} ${target} HTTP/1.1`, ...Object.entries({ Host: '127.0.0.1', Connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`;
