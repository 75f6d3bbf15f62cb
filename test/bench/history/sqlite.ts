/** The same records in SQLite, with indexes for the same questions; a process of its own, on a Node that has `node:sqlite`. Prints one line of JSON. */
import { statSync } from 'node:fs';
import { readRecords } from '../../../server/reports/records.ts';
import { openDataFile } from '../../../server/store/lmdb.ts';
import type { Reader } from '../../../server/store/store.ts';
import type { RecordView } from '../../../shared/views.ts';
import { createProgress } from './progress.ts';
import type { Question } from './questions.ts';

export interface SqliteOrder {
  file: string;
  /** Highwater's, which has the records. */
  dataFile: string;
  organisations: string[];
  /** So many are expected. */
  records: number;
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

const TABLE = `create table if not exists records (seq integer, org text, usage_type text, logged_at integer, received_at integer, licence_type text, user text,
  user_name text, "group" text, user_type text, logon_source text, device text, session text, pool text, in_use integer, held_seconds real,
  event_id text, flags text)`;
const INDEXES = [
  'create index if not exists by_time on records (org, logged_at, seq)',
  'create index if not exists by_user on records (org, user, logged_at, seq)',
  'create index if not exists by_type on records (org, licence_type, logged_at, seq, in_use)',
  'create index if not exists by_source on records (org, logon_source, logged_at, seq)',
];
/** Organisations whose records are all there: each is a transaction, so that what was broken off goes on with the next. */
const COPIED = 'create table if not exists copied (org text primary key)';

export async function main([text = '{}']: string[]): Promise<number> {
  const order = JSON.parse(text) as SqliteOrder;
  // The times of one organisation are London's, for both.
  process.env['TZ'] = 'Europe/London';
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite' as 'node:fs') as unknown as {
    DatabaseSync: new (file: string) => Database;
  };
  const database = new DatabaseSync(order.file);
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -200000');
  const disk = openDataFile(order.dataFile);
  fill(database, disk, order);
  await disk.close();
  const times = order.questions.map((question) => put(database, question, order.runs));
  const records = Number(database.prepare('select count(*) n from records').get()['n']);
  const version = String(database.prepare('select sqlite_version() v').get()['v']);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  console.log(JSON.stringify({ version, records, bytes: statSync(order.file).size, times } satisfies SqliteAnswer));
  return 0;
}

function fill(database: Database, disk: Reader, { organisations, records }: SqliteOrder): void {
  database.exec(`${TABLE}; ${COPIED}`);
  const insert = database.prepare(`insert into records values (${Array(18).fill('?').join(',')})`);
  const copied = database.prepare('insert into copied values (?)');
  const isCopied = database.prepare('select count(*) n from copied where org = ?');
  const left = organisations.filter((organisation) => isCopied.get(organisation)['n'] === 0);
  let count = Number(database.prepare('select count(*) n from records').get()['n']);
  const progress = createProgress('history: records in SQLite', records, count, (text) => console.error(text));
  for (const organisation of left) {
    database.exec('begin');
    for (const piece of readRecords(disk, organisation, { order: 'asc', limit: Number.POSITIVE_INFINITY }, () => true)) {
      for (const record of piece) insert.run(...rowOf(record));
      count += piece.length;
      progress.to(count);
    }
    copied.run(organisation);
    database.exec('commit');
  }
  for (const index of INDEXES) database.exec(index);
  if (left.length > 0) database.exec('analyze');
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
