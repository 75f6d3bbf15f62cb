/** Hostile requests for every operation of the API's own description, hostile frames and hostile configurations. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { ConfigError, loadConfig } from '../../server/config.ts';
import { type Random, seededRandom } from '../../server/simulate/random.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { type Store, TABLES } from '../../server/store/store.ts';
import { PROBLEM_TITLES } from '../../shared/problems.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { within } from '../support/within.ts';
import { hostileText, mutate } from './mutate.ts';

const CORPUS = join('test', 'fuzz', 'corpus');
/** Inputs that once failed; each is played at the start of every run. */
const FAILED = join(CORPUS, 'failed');
const TYPES: Record<string, string> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  yaml: 'application/yaml',
};

interface Operation {
  method: string;
  path: string;
  hasBody: boolean;
}

export interface Try {
  method: string;
  path: string;
  type: string | null;
  /** Base64, so that a file can hold it. */
  body: string | null;
}

export interface FuzzResult {
  seed: number;
  tried: number;
  /** How often each status came. */
  answers: Record<string, number>;
  operations: number;
  frames: number;
  configurations: number;
  failures: string[];
}

interface Corpus {
  name: string;
  type: string;
  bytes: Buffer;
}

const corpus = (): Corpus[] =>
  readdirSync(CORPUS)
    .filter((name) => name.includes('.') && !name.endsWith('.yaml'))
    .sort()
    .map((name) => ({ name, type: TYPES[name.split('.').at(-1) as string] as string, bytes: readFileSync(join(CORPUS, name)) }));

/** @param going whether to go on after so many tries */
export async function fuzz(seed: number, going: (tried: number) => boolean): Promise<FuzzResult> {
  const random = seededRandom(seed);
  const ends: (() => Promise<void>)[] = [];
  const store = createMemoryStore();
  const app = await startApp((end) => void ends.push(end), { store });
  const result: FuzzResult = { seed, tried: 0, answers: {}, operations: 0, frames: 0, configurations: 0, failures: [] };
  try {
    await app.put('/api/v1/organisations/129', {});
    const operations = await operationsOf(app);
    result.operations = operations.length;
    const goods = corpus();
    for (const known of kept()) await tryOne(app, store, known, result);
    while (result.failures.length < 5 && going(result.tried)) {
      const operation = operations[result.tried % operations.length] as Operation;
      await tryOne(app, store, invent(operation, goods, random), result);
      if (result.tried % 10 === 0) tryConfiguration(random, result);
      if (result.tried % 100 === 0) await tryFrames(app, goods, random, result);
    }
    for (const entry of app.log)
      if (entry['level'] === 'error' || 'fatal' in entry) result.failures.push(`log: ${JSON.stringify(entry).slice(0, 2_000)}`);
    return result;
  } finally {
    for (const end of ends) await end();
  }
}

async function operationsOf(app: TestApp): Promise<Operation[]> {
  const { paths } = (await app.get<{ paths: Record<string, Record<string, { requestBody?: unknown }>> }>('/api/v1/openapi.json')).body;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      hasBody: requestBody !== undefined,
    })),
  );
}

function invent({ method, path, hasBody }: Operation, goods: Corpus[], random: Random): Try {
  const filled = path.replaceAll(/\{[^}]*\}/g, (name) =>
    encodePart(name === '{organisation}' && random.chance(0.8) ? '129' : random.chance(0.5) ? 'edred' : hostileText(random)),
  );
  const names = [
    'from',
    'to',
    'user',
    'licenceType',
    'limit',
    'cursor',
    'order',
    'resolution',
    'period',
    'state',
    'status',
    'kind',
    'dryRun',
    'timeZone',
    'dateOrder',
    'superseded',
    'points',
    'x',
  ];
  const query = random.chance(0.4)
    ? `?${Array.from({ length: 1 + random.below(3) }, () => `${names[random.below(names.length)]}=${encodePart(hostileText(random)).slice(0, 4_000)}`).join('&')}`
    : '';
  if (!hasBody && random.chance(0.9)) return { method, path: filled + query, type: null, body: null };
  const good = goods[random.below(goods.length)] as Corpus;
  const type = random.chance(0.05) ? hostileHeader(random) : good.type;
  return { method, path: filled + query, type, body: (random.chance(0.05) ? good.bytes : mutate(good.bytes, random)).toString('base64') };
}

const hostileHeader = (random: Random): string =>
  (['text/plain', 'application/json;charset=utf-16', 'multipart/form-data', 'multipart/form-data; boundary=x', 'x/y', ';'] as const)[
    random.below(6)
  ] as string;

/** Percent-encoded where that can be done; what cannot goes out as bytes that are no UTF-8. */
function encodePart(text: string): string {
  try {
    return encodeURIComponent(text.slice(0, 2_000)).replaceAll('.', '%2E');
  } catch {
    return '%ed%a0%80';
  }
}

async function tryOne(app: TestApp, store: Store, one: Try, result: FuzzResult): Promise<void> {
  result.tried++;
  const changes = one.method !== 'GET' && one.method !== 'HEAD';
  const before = changes ? dump(store) : '';
  const wrong = await judge(app, one, result);
  if (wrong === null) return;
  const refused = wrong.startsWith('4');
  if (refused && (!changes || dump(store) === before)) return;
  const why = refused ? `${wrong} and yet the state changed` : wrong;
  result.failures.push(`${why}\n  ${one.method} ${one.path.slice(0, 300)} ${one.type} ${one.body?.slice(0, 2_000)}`);
  mkdirSync(FAILED, { recursive: true });
  writeFileSync(join(FAILED, `${result.seed}-${result.tried}.json`), `${JSON.stringify(one)}\n`);
}

/** Null when all is well and something may have changed; `4xx` when it was refused properly; else what is wrong. */
async function judge(app: TestApp, { method, path, type, body }: Try, result: FuzzResult): Promise<string | null> {
  const answer = await within(
    fetch(app.url + path, {
      method,
      headers: type === null ? {} : { 'content-type': type },
      ...(body !== null && method !== 'GET' && method !== 'HEAD' && { body: Buffer.from(body, 'base64') }),
    }).then(async (response) => ({
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      text: await response.text(),
    })),
    20_000,
    () => `${method} ${path}`,
  ).catch((error: Error) => error);
  if (answer instanceof Error) return `no answer: ${answer.message}`;
  const { status, type: media, text } = answer;
  result.answers[status] = (result.answers[status] ?? 0) + 1;
  if (status >= 200 && status < 400) return null;
  if (status >= 500) return `answered ${status} ${text.slice(0, 300)}`;
  if (!media.startsWith('application/problem+json')) return `answered ${status} as ${media}`;
  const { code, detail } = JSON.parse(text) as { code: string; detail: string };
  if (!Object.hasOwn(PROBLEM_TITLES, code) || typeof detail !== 'string') return `an unknown problem: ${text.slice(0, 300)}`;
  return `4xx ${status} ${code}`;
}

/** Everything but what the clock alone writes. */
function dump(store: Store): string {
  return JSON.stringify(
    TABLES.filter((table) => table !== 'meta').map((table) =>
      [...store.range(table, {})].map(({ key, value }) => [key, value instanceof Map ? [...value] : value]),
    ),
  );
}

function kept(): Try[] {
  if (!existsSync(FAILED)) return [];
  return readdirSync(FAILED)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(FAILED, name), 'utf8')) as Try);
}

function tryConfiguration(random: Random, result: FuzzResult): void {
  const file = mutate(readFileSync(join(CORPUS, 'config.yaml')), random).toString();
  result.configurations++;
  try {
    loadConfig({ file });
  } catch (error) {
    if (!(error instanceof ConfigError)) result.failures.push(`a configuration: ${String(error)}\n${file.slice(0, 2_000)}`);
  }
}

/** A socket of each kind gets frames until it is closed for them; a new one must be welcome. */
async function tryFrames(app: TestApp, goods: Corpus[], random: Random, result: FuzzResult): Promise<void> {
  for (const [path, name] of [
    ['/api/v1/live', 'live-frame.json'],
    ['/api/v1/ingest', 'ingest-frame.json'],
  ] as const) {
    const { bytes } = goods.find((good) => good.name === name) as Corpus;
    const socket = new WebSocket(app.url.replace('http', 'ws') + path, 'highwater.v1');
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const opened = await within(
      Promise.race([new Promise<boolean>((resolve) => socket.once('open', () => resolve(true))), closed.then(() => false)]),
      10_000,
      () => `a socket at ${path}`,
    );
    if (!opened) {
      result.failures.push(`${path} takes no socket any more`);
      return;
    }
    for (let n = 0; n < 12; n++) {
      result.frames++;
      socket.send(mutate(bytes, random), { binary: random.chance(0.1) });
    }
    socket.close();
    await within(closed, 10_000, () => `${path} closes`);
  }
}
