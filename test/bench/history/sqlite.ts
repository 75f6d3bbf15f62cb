/** The same records in SQLite, with indexes for the same questions; a process of its own, on a Node that has `node:sqlite`. Prints one line of JSON. */
import { existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { RecordView } from '../../../shared/views.ts';
import type { Question } from './questions.ts';

export interface SqliteOrder {
  file: string;
  /** The daemon that has the records. */
  url: string;
  organisations: string[];
  questions: Question[];
  runs: number;
}

export interface SqliteAnswer {
  version: string;
  records: number;
  bytes: number;
  /** Of each question: milliseconds to the first row and to the last, run by run, and rows. */
  times: { first: number[]; last: number[]; rows: number }[];
}

interface Statement {
  run(...values: unknown[]): unknown;
  iterate(...values: unknown[]): Iterable<Record<string, unknown>>;
  get(...values: unknown[]): Record<string, unknown>;
}
interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

const TABLE = `create table records (seq integer, org text, usage_type text, logged_at integer, received_at integer, licence_type text, user text,
  user_name text, "group" text, user_type text, logon_source text, device text, session text, pool text, in_use integer, held_seconds real,
  event_id text, flags text)`;
const INDEXES = [
  'create index by_time on records (org, logged_at, seq)',
  'create index by_user on records (org, user, logged_at, seq)',
  'create index by_type on records (org, licence_type, logged_at, seq, in_use)',
  'create index by_source on records (org, logon_source, logged_at, seq)',
];
const IN_ONE_TRANSACTION = 100_000;

export async function main([text = '{}']: string[]): Promise<number> {
  const order = JSON.parse(text) as SqliteOrder;
  // The times of one organisation are London's, for both.
  process.env['TZ'] = 'Europe/London';
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite' as 'node:fs') as unknown as {
    DatabaseSync: new (file: string) => Database;
  };
  const filled = existsSync(order.file);
  const database = new DatabaseSync(order.file);
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -200000');
  if (!filled) await fill(database, order);
  const times = order.questions.map((question) => put(database, question, order.runs));
  const records = Number(database.prepare('select count(*) n from records').get()['n']);
  const version = String(database.prepare('select sqlite_version() v').get()['v']);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  console.log(JSON.stringify({ version, records, bytes: statSync(order.file).size, times } satisfies SqliteAnswer));
  return 0;
}

async function fill(database: Database, { url, organisations }: SqliteOrder): Promise<void> {
  database.exec(TABLE);
  const insert = database.prepare(`insert into records values (${Array(18).fill('?').join(',')})`);
  let count = 0;
  database.exec('begin');
  for (const organisation of organisations) {
    const answer = await fetch(new URL(`/api/v1/organisations/${organisation}/records?format=ndjson`, url));
    for await (const line of createInterface({ input: Readable.fromWeb(answer.body as never) })) {
      insert.run(...rowOf(JSON.parse(line) as RecordView));
      if (++count % IN_ONE_TRANSACTION === 0) database.exec('commit; begin');
    }
  }
  database.exec('commit');
  for (const index of INDEXES) database.exec(index);
  database.exec('analyze');
}

const rowOf = (record: RecordView): (string | number | null)[] => [
  record.seq,
  record.organisation,
  record.usageType,
  Date.parse(record.loggedAt),
  Date.parse(record.receivedAt),
  record.licenceType,
  record.user,
  record.userName,
  record.group,
  record.userType,
  record.logonSource,
  record.device,
  record.session,
  record.pool,
  record.inUse,
  record.heldSeconds,
  record.eventId,
  record.flags.join(' '),
];

function put(database: Database, { sql, params }: Question, runs: number): SqliteAnswer['times'][number] {
  const statement = database.prepare(sql);
  const times: SqliteAnswer['times'][number] = { first: [], last: [], rows: 0 };
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    let first: number | null = null;
    let rows = 0;
    // Both give out text: a row that nobody reads would be a gift.
    for (const row of statement.iterate(...params)) {
      JSON.stringify(row);
      first ??= performance.now() - started;
      rows++;
    }
    const last = performance.now() - started;
    times.first.push(first ?? last);
    times.last.push(last);
    times.rows = rows;
  }
  return times;
}
