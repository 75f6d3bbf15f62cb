/**
 * Brings books of an older format to this one, at a start, before anything reads them. A step is made of pieces; each piece is one
 * transaction together with its position, so that a start that is stopped or killed half-way goes on where it was. The first piece
 * already gives the books the new format: from then on an older daemon refuses them.
 */
import { formatInstant } from '../shared/time.ts';
import { contentsWith, type DayContents, dayOf } from './books/day-contents.ts';
import type { Entry } from './books/entry.ts';
import { NOTHING_PACKED, type OrganisationCounters } from './books/organisation.ts';
import type { Pack } from './books/pack.ts';
import { FORMAT } from './store/faults.ts';
import type { Key, Reader, Row, Store, Write } from './store/store.ts';

/** Rows that a piece reads, some milliseconds of work. */
const PIECE = 2_000;
/** Pieces between two lines of the log. */
const TELL_EVERY = 100;

export interface MigrationLog {
  info(fields: object, message: string): void;
}

interface Step {
  /** The format that the books have then. */
  to: number;
  what: string;
  piece: (disk: Reader, from: Key | null, rows: number) => Piece;
}

interface Piece {
  writes: Write[];
  /** Where the next piece begins; null: this was the last. */
  next: Key | null;
}

/** `meta` `migration`: the step that is under way, and where its next piece begins. */
interface Underway {
  to: number;
  from: Key;
}

/** In order; the last one leads to FORMAT. */
const STEPS: readonly Step[] = [
  { to: 2, what: 'days say what their entries name', piece: describeDays },
  // Rows of before stay as they are (server/store/level-rows.ts); an older daemon could not read the new ones.
  { to: 3, what: 'levels of five minutes and hours are written shorter', piece: () => ({ writes: [], next: null }) },
  // Those of before stay where they are until they are worked out again; an older daemon would put them back by their logins' receipts.
  {
    to: 4,
    what: 'sessions that end at one instant do so in the order in which they were opened',
    piece: () => ({ writes: [], next: null }),
  },
  { to: 5, what: 'packs say what bills need', piece: dropPacks },
  // Rows of before say the level too, and are read so (server/books/stored.ts).
  { to: 6, what: 'the level of a licence type is told by its newest five minutes', piece: () => ({ writes: [], next: null }) },
  // Links of before stand for a batch each, and stay so (server/books/chain.ts).
  { to: 7, what: 'a link of the chain stands for the records of many batches', piece: () => ({ writes: [], next: null }) },
];

/** @param rows that a piece reads */
export async function migrate(store: Store, log: MigrationLog, rows = PIECE): Promise<void> {
  for (const step of STEPS) {
    const format = store.get<number>('meta', ['format']) ?? FORMAT;
    const underway = store.get<Underway>('meta', ['migration']);
    if (format < step.to || underway?.to === step.to) await take(store, step, underway?.from ?? null, { log, rows });
  }
}

async function take(store: Store, step: Step, begin: Key | null, { log, rows }: { log: MigrationLog; rows: number }): Promise<void> {
  const { to, what } = step;
  log.info({ to, what, goesOn: begin !== null }, 'the books are brought to a newer format');
  let from = begin;
  for (let pieces = 1; ; pieces++) {
    const { writes, next } = step.piece(store, from, rows);
    const underway: Underway | undefined = next === null ? undefined : { to, from: next };
    await store.commit([...writes, { table: 'meta', key: ['format'], value: to }, { table: 'meta', key: ['migration'], value: underway }]);
    if (next === null) break;
    from = next;
    if (pieces % TELL_EVERY === 0) {
      const [organisation, at] = next;
      log.info({ to, rows: pieces * rows, organisation, at: formatInstant(at as number) }, 'bringing the books to a newer format');
    }
  }
  log.info({ to }, 'the books are of the newer format');
}

/** Format 1 had days without a row, whatever their entries were. */
function describeDays(disk: Reader, from: Key | null, limit: number): Piece {
  const rows = [...disk.range<Entry>('entries', { ...(from && { start: from }), limit })];
  const writes: Write[] = [];
  for (const [key, entries] of byDay(rows)) {
    const contents = contentsWith(disk.get<DayContents>('dayContents', key), entries);
    if (contents) writes.push({ table: 'dayContents', key, value: contents });
  }
  const last = rows.at(-1);
  // The next key there can be: keys that go on where this one ends are not passed over.
  return { writes, next: last && rows.length === limit ? [...last.key, Number.NEGATIVE_INFINITY] : null };
}

/** Packs of before do not say how levels moved. All are made again beside the line, as where nothing was packed yet. */
function dropPacks(disk: Reader, from: Key | null, limit: number): Piece {
  const begin = { ...(from && { start: from }), limit };
  const packs = [...disk.range<Pack>('packs', begin)];
  const writes = packs.map(({ key }): Write => ({ table: 'packs', key, value: undefined }));
  const last = packs.at(-1);
  if (last && packs.length === limit) return { writes, next: last.key };
  for (const { key, value } of disk.range<OrganisationCounters>('states', {})) {
    const { packed, ...counters } = value;
    if (packed && packed.to !== NOTHING_PACKED.to) writes.push({ table: 'states', key, value: counters });
  }
  return { writes, next: null };
}

/** Rows come in order, so those of a day are neighbours. */
function byDay(rows: readonly Row<Entry>[]): [Key, Row<Entry>[]][] {
  const days: [Key, Row<Entry>[]][] = [];
  for (const row of rows) {
    const [organisation, at] = row.key as [string, number];
    const last = days.at(-1);
    if (last && last[0][0] === organisation && last[0][1] === dayOf(at)) last[1].push(row);
    else days.push([[organisation, dayOf(at)], [row]]);
  }
  return days;
}
