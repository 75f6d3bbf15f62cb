import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { parseJson } from '../parse/json.ts';
import type { Edge } from './edge.ts';
import { tooBusy } from './held-bodies.ts';
import { HttpProblem } from './problem.ts';

/** The media type without its parameters, lower case; `null` when none was sent. */
export function mediaType(incoming: IncomingMessage): string | null {
  const header = incoming.headers['content-type'];
  return header === undefined ? null : (header.split(';')[0] as string).trim().toLowerCase() || null;
}

/** @throws HttpProblem 415 with the sentence that a caller needs, who is mostly somebody with curl */
export function requireMediaType(incoming: IncomingMessage, accepted: readonly string[]): string | null {
  const encoding = incoming.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new HttpProblem(415, 'unsupported_media_type', `A body with Content-Encoding ${encoding} is not read here; send it as it is.`);
  }
  const type = mediaType(incoming);
  if (type === null || accepted.includes(type)) return type;
  throw new HttpProblem(
    415,
    'unsupported_media_type',
    `${type} is not read here. Send the header "Content-Type: ${accepted.join('" or "Content-Type: ')}".`,
  );
}

type Bodies = Pick<Edge, 'config' | 'bodies'>;

/** A body that is too large is read on and thrown away, up to so many times what it may hold. */
const READ_ON = 4;

/**
 * The whole body, counted as it arrives: a chunked body says nothing about its length. Most callers send all of it before they
 * listen, and would not hear the refusal if they were cut off while they send.
 * @throws HttpProblem 413; 503 where all bodies together are more than is held at once
 */
export function readBody({ incoming, outgoing }: HttpBindings, { config, bodies }: Bodies): Promise<Buffer> {
  const maxBytes = config.limits.maxBodyBytes;
  const tooLarge = (headers: Record<string, string> = {}) =>
    new HttpProblem(413, 'too_large', `A body holds at most ${maxBytes} bytes.`, { headers });
  const announced = Number(incoming.headers['content-length'] ?? 0);
  if (announced > READ_ON * maxBytes) return Promise.reject(tooLarge({ Connection: 'close' }));
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    let hasRoom = true;
    const held = bodies.begin();
    outgoing.once('close', () => held.release());
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes && hasRoom) {
        hasRoom = held.take(chunk.length);
        if (hasRoom) {
          chunks.push(chunk);
          return;
        }
        reject(tooBusy());
      }
      chunks = [];
      // Nobody knows whether what was not announced has an end.
      if (announced === 0) reject(tooLarge());
      if (size > READ_ON * maxBytes) incoming.destroy();
    });
    incoming.once('end', () => {
      if (size > maxBytes) reject(tooLarge());
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    // A caller that hangs up halfway, or is cut off for being slow, ends nothing and errs nowhere. Every request closes in the end.
    const endedEarly = () => {
      if (!incoming.readableEnded) reject(new HttpProblem(400, 'invalid_body', 'The body ended early.'));
    };
    incoming.once('error', endedEarly);
    incoming.once('close', endedEarly);
  });
}

/** Where everything in a body is optional, no body is `{}`. @throws like `readJson` */
export async function readJsonIfAny(request: HttpBindings, bodies: Bodies): Promise<unknown> {
  const body = await readBody(request, bodies);
  if (body.length === 0) return {};
  requireMediaType(request.incoming, ['application/json']);
  return parseJson(body);
}

/** @throws HttpProblem 413, 415 or 503, RefusedInput when it is not JSON */
export async function readJson(request: HttpBindings, bodies: Bodies): Promise<unknown> {
  requireMediaType(request.incoming, ['application/json']);
  return parseJson(await readBody(request, bodies));
}
