/** Somebody who receives webhooks, on a free port of 127.0.0.1, and answers as scripted. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { within } from './within.ts';

const WAIT_MS = 60_000;

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  /** The bytes as they came. */
  raw: string;
  /** Parsed. */
  body: { type: string; timestamp: string; data: Record<string, unknown> };
  id: string;
}

export interface Receiver {
  readonly url: string;
  /** Everything that arrived, in order; also what was answered with a failure. */
  readonly messages: Received[];
  /** What the next answers are; default 204. Returning undefined leaves the request open. */
  answer: (message: Received, response: ServerResponse) => number | undefined;
  /** The first `count` messages of those that satisfy, once they are there. */
  waitFor(count: number, predicate?: (message: Received) => boolean): Promise<Received[]>;
  types(): string[];
}

/** @param atEnd takes what has to be done when the test is over */
export async function startReceiver(atEnd: (run: () => Promise<void>) => void): Promise<Receiver> {
  const waiting = new Set<() => void>();
  const messages: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      const { headers, url: path = '' } = request;
      const message = { path, headers, raw, body: JSON.parse(raw), id: String(headers['webhook-id']) };
      messages.push(message);
      const status = receiver.answer(message, response);
      if (status !== undefined) response.writeHead(status).end();
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    answer: () => 204,
    types: () => messages.map(({ body }) => body.type),
    async waitFor(count, predicate = () => true) {
      let look = () => {};
      const found = new Promise<Received[]>((resolve) => {
        look = () => {
          const all = messages.filter(predicate);
          if (all.length >= count) resolve(all.slice(0, count));
        };
        waiting.add(look);
        look();
      });
      try {
        return await within(
          found,
          WAIT_MS,
          () => `${count} messages; there are: ${messages.map(({ raw }) => raw.slice(0, 120)).join('\n')}`,
        );
      } finally {
        waiting.delete(look);
      }
    },
  };
  return receiver;
}
