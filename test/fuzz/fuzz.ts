/** Hostile requests for every operation of the API's own description, hostile frames and hostile configurations. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { ConfigError, loadConfig } from '../../server/config.ts';
import { type Random, seededRandom } from '../../server/simulate/random.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { type Store, TABLES } from '../../server/store/store.ts';
import { verifyStore } from '../../server/verify/verify.ts';
import { PROBLEM_TITLES, type Problem } from '../../shared/problems.ts';
import type { Page, RecordView } from '../../shared/views.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type Description, type Held, heldAgainst } from '../support/described.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { within } from '../support/within.ts';
import { hostileText, mutate } from './mutate.ts';

/** Time goes on in steps, and only between two tries: what a lease or an alert does by itself is no doing of a request. */
const START = Date.parse('2026-11-24T12:00:00Z');
const STEP_MS = 7_000;

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
  /** Whether it takes one; those that are as it wants them come most of the time. */
  hasBody: boolean;
  goods: Corpus[];
  parameters: string[];
  held: Held;
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
  /** Operations with a body for which the corpus has none that fits. */
  withoutGoods: string[];
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
  const clock = createManualClock(START);
  const app = await startApp((end) => void ends.push(end), { store, clock });
  const result: FuzzResult = { seed, tried: 0, answers: {}, operations: 0, frames: 0, configurations: 0, failures: [], withoutGoods: [] };
  try {
    await app.put('/api/v1/organisations/129', {});
    const goods = corpus();
    const operations = await operationsOf(app, goods);
    result.operations = operations.length;
    result.withoutGoods = operations.filter((one) => one.hasBody && one.goods.length === 0).map(({ method, path }) => `${method} ${path}`);
    for (const known of kept()) await tryOne(app, store, known, null, result);
    while (result.failures.length < 5 && going(result.tried)) {
      const operation = operations[result.tried % operations.length] as Operation;
      await tryOne(app, store, invent(operation, goods, random), operation.held, result);
      if (result.tried % 10 === 0) tryConfiguration(random, result);
      if (result.tried % 100 === 0) await tryFrames(app, goods, random, result);
      if (result.tried % 20 === 0) clock.advanceTo(clock.now() + STEP_MS);
    }
    result.failures.push(...(await wrongBooks(app, store)));
    for (const entry of app.log)
      if (entry['level'] === 'error' || 'fatal' in entry) result.failures.push(`log: ${JSON.stringify(entry).slice(0, 2_000)}`);
    return result;
  } finally {
    for (const end of ends) await end();
  }
}

async function operationsOf(app: TestApp, goods: Corpus[]): Promise<Operation[]> {
  const { body: description } = await app.get<Description>('/api/v1/openapi.json');
  const heldFor = heldAgainst(description);
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => {
      const held = heldFor(method, path);
      const { requestBody, parameters = [] } = held.operation;
      const fits = ({ type, bytes }: Corpus) => held.sent(type, type.includes('json') ? jsonOf(bytes) : '') === null;
      return {
        method: method.toUpperCase(),
        path,
        hasBody: requestBody !== undefined,
        goods: requestBody ? goods.filter(fits) : [],
        parameters: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
        held,
      };
    }),
  );
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return '';
  }
}

function invent({ method, path, hasBody, goods: own, parameters }: Operation, goods: Corpus[], random: Random): Try {
  const filled = path.replaceAll(/\{[^}]*\}/g, (name) =>
    encodePart(name === '{organisation}' && random.chance(0.8) ? '129' : random.chance(0.5) ? 'edred' : hostileText(random)),
  );
  const names = [...parameters, ...parameters, ...parameters, 'x'];
  const query = random.chance(0.4)
    ? `?${Array.from({ length: 1 + random.below(3) }, () => `${names[random.below(names.length)]}=${encodePart(hostileText(random)).slice(0, 4_000)}`).join('&')}`
    : '';
  if (!hasBody && random.chance(0.9)) return { method, path: filled + query, type: null, body: null };
  const choice = own.length > 0 && random.chance(0.8) ? own : goods;
  const good = choice[random.below(choice.length)] as Corpus;
  const type = random.chance(0.05) ? hostileHeader(random) : good.type;
  return { method, path: filled + query, type, body: (random.chance(0.1) ? good.bytes : mutate(good.bytes, random)).toString('base64') };
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

async function tryOne(app: TestApp, store: Store, one: Try, held: Held | null, result: FuzzResult): Promise<void> {
  result.tried++;
  const changes = one.method !== 'GET' && one.method !== 'HEAD';
  const before = changes ? await settled(app, store) : '';
  const wrong = await judge(app, one, held, result);
  if (wrong === null) return;
  const refused = wrong.startsWith('4');
  if (refused && (!changes || dump(store) === before)) return;
  const why = refused ? `${wrong} and yet the state changed` : wrong;
  result.failures.push(`${why}\n  ${one.method} ${one.path.slice(0, 300)} ${one.type} ${one.body?.slice(0, 2_000)}`);
  mkdirSync(FAILED, { recursive: true });
  writeFileSync(join(FAILED, `${result.seed}-${result.tried}.json`), `${JSON.stringify(one)}\n`);
}

/** Null when all is well and something may have changed; `4xx` when it was refused properly; else what is wrong. */
async function judge(app: TestApp, { method, path, type, body }: Try, held: Held | null, result: FuzzResult): Promise<string | null> {
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
  if (status >= 200 && status < 400) return misdescribed(held, status, media, text);
  if (status >= 500) return `answered ${status} ${text.slice(0, 300)}`;
  if (!media.startsWith('application/problem+json')) return `answered ${status} as ${media}`;
  const { code, detail, errors = [] } = JSON.parse(text) as Problem;
  if (!Object.hasOwn(PROBLEM_TITLES, code) || typeof detail !== 'string') return `an unknown problem: ${text.slice(0, 300)}`;
  if (code === 'invalid_query' && errors.length === 0) return `names nothing: ${text.slice(0, 300)}`;
  return `4xx ${status} ${code}`;
}

/** What an answer says that is not described, or otherwise. */
function misdescribed(held: Held | null, status: number, media: string, text: string): string | null {
  const type = media.split(';')[0] as string;
  if (held === null || type !== 'application/json') return null;
  const problem = held.answered(status, type, JSON.parse(text));
  return problem && `answered otherwise than described: ${problem.slice(0, 300)} ${text.slice(0, 300)}`;
}

/** Whatever came, the books are as they should be, and no number in use is below nothing. */
async function wrongBooks(app: TestApp, store: Store): Promise<string[]> {
  const { differences } = verifyStore(store);
  const below: string[] = [];
  for (const { organisation } of (await app.get<{ items: { organisation: string }[] }>('/api/v1/organisations')).body.items) {
    const path = `/api/v1/organisations/${encodeURIComponent(organisation)}/records?limit=10000`;
    const { items } = (await app.get<Page<RecordView>>(path)).body;
    below.push(...items.filter(({ inUse }) => inUse < 0).map((record) => `in use below nothing: ${JSON.stringify(record)}`));
  }
  return [...differences.map((one) => `verify: ${JSON.stringify(one)}`), ...below].slice(0, 5);
}

/** What is left to do beside the line, and is done while a request is answered. */
const BESIDE: readonly string[] = ['meta', 'packs', 'billCheckpoints', 'reportRuns', 'pendingRuns'];
const OF_DELIVERIES: readonly string[] = ['deliveries', 'deliveryIds', 'outbox', 'exchanges', 'receiverStats', 'alertDeliveries'];

function dump(store: Store): string {
  return JSON.stringify(
    TABLES.filter((table) => !BESIDE.includes(table) && !OF_DELIVERIES.includes(table)).map((table) =>
      [...store.range(table, {})].map(({ key, value }) => [key, value instanceof Map ? [...value] : value]),
    ),
  );
}

/** Everything that is written down, once nothing of what came before is under way. */
async function settled(app: TestApp, store: Store): Promise<string> {
  let before = dump(store);
  for (let round = 0; round < 1_000; round++) {
    await app.get('/healthz');
    const now = dump(store);
    if (now === before) return now;
    before = now;
  }
  return before;
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
