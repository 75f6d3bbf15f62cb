/** What the commands that talk to a daemon share: where it is, who asks, and what a refusal says. */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { linesIn } from '../../shared/lines.ts';
import type { Problem } from '../../shared/problems.ts';
import { tokenOption, urlOption } from './options.ts';

export interface DaemonFlags {
  url: string;
  token?: string;
}

export const withDaemon = (command: Command): Command => command.addOption(urlOption()).addOption(tokenOption());

export const organisationPath = (organisation: string, rest: string): string =>
  `/api/v1/organisations/${encodeURIComponent(organisation)}${rest}`;

/** @throws an Error that says in one sentence what the daemon refused, or that it does not answer */
export async function ask({ url, token }: DaemonFlags, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
  let response: Response;
  try {
    response = await fetch(new URL(path, url), { ...init, headers });
  } catch (error) {
    const { cause, message } = error as Error;
    throw new Error(`${url} does not answer: ${cause instanceof Error ? cause.message : message}`, { cause: error });
  }
  if (response.ok) return response;
  throw new Error(sentence(response.status, await response.text()));
}

function sentence(status: number, body: string): string {
  try {
    const problem = JSON.parse(body) as Problem;
    return `${problem.title}: ${problem.detail}`;
  } catch {
    return `the daemon answered ${status}`;
  }
}

/** Writes an answer as it comes, to a file or to standard output. */
export async function bodyTo(response: Response, output: string | undefined): Promise<void> {
  const target = output === undefined ? process.stdout : createWriteStream(output);
  await pipeline(Readable.fromWeb(response.body as never), target, { end: output !== undefined });
}

export async function textTo(text: string, output: string | undefined): Promise<void> {
  if (output === undefined) process.stdout.write(text);
  else await writeFile(output, text);
}

/** Lines of a streamed body. */
export const linesOf = (response: Response): AsyncGenerator<string, void, void> => linesIn(textOf(response));

async function* textOf({ body }: Response): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) yield decoder.decode(chunk, { stream: true });
}
