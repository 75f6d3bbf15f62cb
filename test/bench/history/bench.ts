/** `--only history`: thirteen months of many organisations, and questions about them, to Highwater and to SQLite. */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { DATA_FILE, openLmdbStore } from '../../../server/store/lmdb.ts';
import { type Daemon, startDaemon } from '../../support/daemon.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { runPart } from '../processes.ts';
import { show, showSpread, spread, table } from '../stats.ts';
import { fill } from './fill.ts';
import { QUESTIONS, type Question } from './questions.ts';
import type { SqliteAnswer, SqliteOrder } from './sqlite.ts';

export interface HistoryOptions {
  organisations: number;
  records: number;
  runs: number;
  /** A data directory that is kept; filled where there is none. Default: a temporary one. */
  store?: string | undefined;
  /** Whether everything derived is derived again and compared, too. */
  verify: boolean;
}

interface Times {
  first: number[];
  last: number[];
  bytes: number;
  /** The longest that another request had to wait meanwhile. */
  others: number;
}

export async function benchHistory(options: HistoryOptions, say: (text: string) => void): Promise<string> {
  const temporary = options.store === undefined ? tempDir('highwater-bench-') : null;
  const dataDir = options.store ?? temporary?.path ?? '';
  try {
    const rate = await filled(dataDir, options, say);
    const daemon = await startDaemon({ dataDir, startWithin: 600_000, env: { HIGHWATER_BACKUP_EVERY_SECONDS: '0' } });
    try {
      return await compare(daemon, dataDir, rate, options, say);
    } finally {
      await daemon.stop();
      await daemon.dispose();
    }
  } finally {
    temporary?.remove();
  }
}

async function filled(dataDir: string, { organisations, records }: HistoryOptions, say: (text: string) => void): Promise<number | null> {
  const store = openLmdbStore(dataDir);
  const rate = await fill(store, organisations, records, say);
  await store.close();
  return rate;
}

async function compare(
  daemon: Daemon,
  dataDir: string,
  rate: number | null,
  { runs, verify }: HistoryOptions,
  say: (text: string) => void,
): Promise<string> {
  const { body } = await daemon.get<{ items: { organisation: string }[] }>('/api/v1/organisations');
  const organisations = body.items.map(({ organisation }) => organisation);
  const ours: Times[] = [];
  for (const question of QUESTIONS) {
    ours.push(await ask(daemon, question, runs));
    say(`history: ${question.title}: ${show(ours.at(-1)?.last[0] ?? 0)} ms`);
  }
  const known = await countRecords(daemon, organisations);
  const order = {
    file: join(dataDir, 'bench.sqlite'),
    dataFile: join(dataDir, DATA_FILE),
    organisations,
    records: known,
    questions: QUESTIONS,
    runs,
  };
  const theirs = hasSqlite() ? await runPart<SqliteAnswer>(join('history', 'sqlite.ts'), order satisfies SqliteOrder) : null;
  const head = ['', 'first byte ms', 'end ms', 'another request waits at most', 'SQLite, first row ms', 'end ms'];
  const rows = QUESTIONS.map(({ title }, i) => {
    const mine = ours[i] as Times;
    const other = theirs?.times[i];
    const cells = other ? [showSpread(spread(other.first)), showSpread(spread(other.last))] : ['', ''];
    return [title, showSpread(spread(mine.first)), showSpread(spread(mine.last)), `${show(mine.others)} ms`, ...cells];
  });
  const recordCount = theirs?.records ?? known;
  const bytes = statSync(join(dataDir, DATA_FILE)).size;
  const sizes = [
    ['Highwater: records, history in five minutes and hours, per-user index', show(recordCount), (bytes / recordCount).toFixed(0)],
    ...(theirs
      ? [[`SQLite ${theirs.version}: records, four indexes`, show(theirs.records), (theirs.bytes / theirs.records).toFixed(0)]]
      : []),
  ];
  const notes = [
    ...(theirs ? [] : [`SQLite was left out: \`node:sqlite\` needs Node 22.5 or later, and this is ${process.version}.`]),
    ...(rate === null ? [] : [`Lived through at ${show(rate)} records/s.`]),
    ...(verify ? [`Everything derived, derived again and compared (\`highwater verify\`): ${await timeVerify(dataDir)} s.`] : []),
  ];
  return [table(head, rows), '', table(['on disk', 'records', 'bytes a record'], sizes), ...notes.map((note) => `\n${note}`)].join('\n');
}

const hasSqlite = (): boolean => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 5);
};

/** The highest number: nothing else than records has one here. */
async function countRecords(daemon: Daemon, organisations: readonly string[]): Promise<number> {
  const usage = await daemon.get<{ seq: number }>(`/api/v1/organisations/${organisations[0]}/usage`);
  return usage.body.seq;
}

async function ask(daemon: Daemon, question: Question, runs: number): Promise<Times> {
  const times: Times = { first: [], last: [], bytes: 0, others: 0 };
  for (let run = 0; run < runs; run++) {
    let over = false;
    const meanwhile = (async () => {
      while (!over) {
        times.others = Math.max(times.others, (await timed(daemon.url, 'GET', '/healthz')).last);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const { first, last, bytes } = await timed(daemon.url, question.method, question.path, question.body);
    over = true;
    await meanwhile;
    times.first.push(first);
    times.last.push(last);
    times.bytes = bytes;
  }
  return times;
}

function timed(url: string, method: string, path: string, body?: unknown): Promise<{ first: number; last: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const call = request(new URL(path, url), { method, headers: body ? { 'content-type': 'application/json' } : {} }, (answer) => {
      let first: number | null = null;
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        first ??= performance.now() - started;
        bytes += chunk.length;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode !== 200) reject(new Error(`${method} ${path}: ${answer.statusCode}`));
        else resolve({ first: first ?? performance.now() - started, last: performance.now() - started, bytes });
      });
    });
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function timeVerify(dataDir: string): Promise<string> {
  const started = performance.now();
  const child = spawn(process.execPath, [join('dist', 'server', 'main.js'), 'verify', '--data-dir', dataDir, '--json'], {
    stdio: 'ignore',
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`verify ended with ${code}`);
  return show((performance.now() - started) / 1000);
}
