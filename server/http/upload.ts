/** A file on its way in, as the body itself or as the one file of a form: chunk by chunk, never held as a whole. */
import type { IncomingMessage } from 'node:http';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import { RefusedInput } from '../parse/refusal.ts';
import { mediaType, requireMediaType } from './body.ts';
import { HttpProblem } from './problem.ts';

const FORM = 'multipart/form-data';
const FIELD = 'file';

/** @throws HttpProblem 413 beyond `maxBytes`, 415, 400 when the caller hangs up; RefusedInput when the form holds no file, or two */
export function uploadedFile(incoming: IncomingMessage, accepted: readonly string[], maxBytes: number): AsyncIterable<Uint8Array> {
  requireMediaType(incoming, [...accepted, FORM]);
  const body = counted(incoming, maxBytes);
  return mediaType(incoming) === FORM ? partOf(incoming, body) : body;
}

async function* counted(incoming: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = Number(incoming.headers['content-length'] ?? 0);
  const tooLarge = () => new HttpProblem(413, 'too_large', `A file holds at most ${maxBytes} bytes.`, { headers: { Connection: 'close' } });
  if (size > maxBytes) throw tooLarge();
  size = 0;
  try {
    // Whoever stops reading early still has an answer to give on this connection.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    throw new HttpProblem(400, 'invalid_body', 'The body ended early.');
  } finally {
    incoming.resume();
  }
}

/** The part is read while the form is taken apart: the reader's pace holds the sender back. */
async function* partOf(incoming: IncomingMessage, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { resolve, reject, promise } = promiseWithResolvers<Readable>();
  const form = createForm(incoming, resolve);
  let failure: unknown = null;
  const feeding = pipeline(Readable.from(body, { objectMode: false }), form as unknown as Writable).then(
    () =>
      reject(new RefusedInput('invalid_body', 'The form holds no file: send it as a part with a file name, or as the part named file.')),
    (error: unknown) => {
      failure = refusal(error);
      reject(failure);
    },
  );
  try {
    yield* (await promise) as AsyncIterable<Uint8Array>;
    // What comes after the file is read as well: the answer waits for the end of the form.
    await feeding;
  } catch (error) {
    throw failure ?? refusal(error);
  } finally {
    form.destroy();
    await feeding;
  }
  if (failure !== null) throw failure;
}

function createForm(incoming: IncomingMessage, found: (file: Readable) => void) {
  try {
    const form = new Busboy({ headers: incoming.headers as BusboyHeaders, isPartAFile: isFile });
    let first: string | null = null;
    form.on('file', (field, file) => {
      if (first === null) found(file);
      else if (first === FIELD) file.resume();
      else form.destroy(new RefusedInput('invalid_body', `The form holds more than one file, and the first is not the part ${FIELD}.`));
      first ??= field;
    });
    return form;
  } catch (error) {
    throw refusal(error);
  }
}

/** What a part is called is the sender's choice; a file name, a type of its own or the usual name says that it is the file. */
const isFile = (field: string | undefined, type: string | undefined, name: string | undefined): boolean =>
  field === FIELD || name !== undefined || (type !== undefined && !type.startsWith('text/plain'));

const refusal = (error: unknown): unknown =>
  error instanceof HttpProblem || error instanceof RefusedInput
    ? error
    : new RefusedInput('invalid_body', `The form cannot be read: ${error instanceof Error ? error.message : String(error)}.`);

/** `Promise.withResolvers`, which Node 20 does not have. */
function promiseWithResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
