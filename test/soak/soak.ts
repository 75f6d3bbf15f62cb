/**
 * A steady load on real files with a clock that runs ahead, long past what is kept: the data file must come to a size and stay there,
 * no reader of the store may stay open, and memory must not climb. Reports are read all along, as people do.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { DATA_FILE, openLmdbStore } from '../../server/store/lmdb.ts';
import { verifyStore } from '../../server/verify/verify.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { settle } from '../support/let-pass.ts';
import { tempDir } from '../support/temp-dir.ts';

const START = Date.parse('2023-01-01T00:00:00Z');
const [HOUR, DAY] = [3_600_000, 86_400_000];
/** Records of whole billing periods, and five minutes of 13 months: after so many days all of it comes and goes. */
const FILLED_DAYS = 460;
const RECORDS_MONTHS = 2;
const READ_EVERY_DAYS = 10;

export interface SoakOptions {
  users: number;
  /** Days that are played, at least until the file has its size; then for as long as `goesOn` says. */
  days: number;
  goesOn?: () => boolean;
  report?: (text: string) => void;
}

export interface SoakResult {
  days: number;
  events: number;
  /** Of the data file: once everything comes and goes, and at the end. */
  filledBytes: number;
  endBytes: number;
  /** Megabytes per hour of the machine's time, over the second half. */
  rssSlope: number;
  heapSlope: number;
  /** The longest that one reader was seen open, in milliseconds. */
  oldestReaderMs: number;
  differences: number;
}

interface Sample {
  at: number;
  rss: number;
  heap: number;
}

export async function soak({ users, days, goesOn = () => false, report = () => {} }: SoakOptions): Promise<SoakResult> {
  const directory = tempDir('highwater-soak-');
  const file = join(directory.path, DATA_FILE);
  const store = openLmdbStore(directory.path);
  const books = await openTestBooks(START, store, { retention: { recordsMonths: RECORDS_MONTHS } });
  await books.settings({ entitlements: { Recording: { concurrent: users, contingency: 0 } } });
  const readers = watchReaders(file);
  const samples: Sample[] = [];
  let [day, events, filledBytes] = [0, 0, 0];
  for (; day < Math.max(days, FILLED_DAYS + 1) || goesOn(); day++) {
    events += await playDay(books, START + day * DAY, users, readers.look);
    if (day % READ_EVERY_DAYS === 0) await readMuch(books, START + day * DAY, readers.look);
    if (day === FILLED_DAYS) filledBytes = statSync(file).size;
    const { rss, heapUsed: heap } = process.memoryUsage();
    samples.push({ at: performance.now(), rss, heap });
    if (day % 100 === 0)
      report(`day ${day}: ${statSync(file).size} bytes, rss ${rss >> 20} MB, oldest reader ${Math.round(readers.oldest())} ms`);
  }
  const late = samples.slice(samples.length >> 1);
  const result = {
    days: day,
    events,
    filledBytes,
    endBytes: statSync(file).size,
    rssSlope: slope(late, ({ rss }) => rss),
    heapSlope: slope(late, ({ heap }) => heap),
    oldestReaderMs: Math.round(readers.oldest()),
    differences: verifyStore(store).count,
  };
  await books.pipeline.close();
  await readers.close();
  await store.close();
  directory.remove();
  return result;
}

/** Everybody comes in the morning and goes in the evening; then ticks. @returns events */
async function playDay(books: TestBooks, from: number, users: number, look: () => void): Promise<number> {
  const everybody = Array.from({ length: users }, (_, n) => n);
  const at = (hour: number, n: number) => from + hour * HOUR + n * 1_000;
  await jump(books, from + 20 * HOUR);
  await books.send(
    ...everybody.map((n) => ({ user: `u${n}`, licences: ['Recording', 'Inbound Agent'], at: at(8, n), id: `in-${from}-${n}` })),
    ...everybody.map((n) => ({ type: 'logout' as const, user: `u${n}`, at: at(17, n), id: `out-${from}-${n}` })),
  );
  // Retention takes a piece at a tick; a day brings a few.
  for (let tick = 0; tick < 4; tick++) {
    await books.passTo(books.clock.now() + 1_100);
    await settle();
    look();
  }
  return 2 * users;
}

/** Hours at once, but not while something is being written: its store would seem not to have answered for hours. */
async function jump(books: TestBooks, to: number): Promise<void> {
  await books.pipeline.ingest([]);
  await settle();
  await books.pipeline.ingest([]);
  await books.passTo(to);
}

/** Others go on recording meanwhile: a reader that stays open is one that falls behind them. */
async function readMuch(books: TestBooks, now: number, look: () => void): Promise<void> {
  const others = async () => {
    await books.pipeline.ingest([]);
    look();
  };
  const reports = books.pipeline.committed.reports(ORGANISATION);
  for await (const _ of reports?.history({ from: now - 60 * DAY, to: now, resolution: '1h' }) ?? []) await others();
  await reports?.bill();
  let cursor: string | undefined;
  do {
    const page = books.pipeline.committed.records(ORGANISATION, { order: 'asc', limit: 1_000, ...(cursor && { cursor }) });
    cursor = page?.nextCursor ?? undefined;
    await others();
  } while (cursor);
}

/** Of each reader of the file: since when it has stood at its transaction. */
export function watchReaders(file: string): { look: () => void; oldest: () => number; close: () => Promise<void> } {
  const root = open({ path: file, readOnly: true });
  let seen = new Map<string, number>();
  let oldest = 0;
  return {
    look() {
      const now = performance.now();
      const lines = root
        .readerList()
        .split('\n')
        .slice(1)
        .filter((line) => /\S/.test(line) && !/-\s*$/.test(line));
      seen = new Map(lines.map((line) => [line, seen.get(line) ?? now]));
      for (const since of seen.values()) oldest = Math.max(oldest, now - since);
    },
    oldest: () => oldest,
    close: () => root.close(),
  };
}

/** By least squares, in megabytes per hour. */
function slope(samples: Sample[], of: (sample: Sample) => number): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const hours = samples.map(({ at }) => at / HOUR);
  const megabytes = samples.map((sample) => of(sample) / 1_048_576);
  const [x, y] = [mean(hours), mean(megabytes)];
  const over = hours.reduce((sum, hour, n) => sum + (hour - x) * ((megabytes[n] as number) - y), 0);
  const under = hours.reduce((sum, hour) => sum + (hour - x) ** 2, 0);
  return Math.round((over / under) * 10) / 10;
}
