/** More rows than memory should hold, put in order: sorted runs on disk, and then all of them at once. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import TinyQueue from 'tinyqueue';
import type { ReadRow } from '../parse/import-row.ts';

/** Rows that are held in memory; a file with fewer never touches the disk. */
const RUN_ROWS = 20_000;

export type Order = (a: ReadRow, b: ReadRow) => number;

const byRank: Order = (a, b) => a.rank - b.rank || a.line - b.line;
export const byTime: Order = (a, b) => a.at - b.at || byRank(a, b);
const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
export const byUser: Order = (a, b) => compare(a.user, b.user) || byTime(a, b);

export interface SortedRows {
  add(row: ReadRow): void | Promise<void>;
  /** All of them in order; nothing may be added any more. */
  rows(): AsyncIterable<ReadRow>;
  /** Removes what is on disk. */
  dispose(): Promise<void>;
}

export function sortRows(order: Order, runRows = RUN_ROWS): SortedRows {
  let run: ReadRow[] = [];
  let folder: string | null = null;
  const files: string[] = [];

  const spill = async (): Promise<void> => {
    folder ??= await mkdtemp(join(tmpdir(), 'highwater-import-'));
    const file = join(folder, `${files.length}.ndjson`);
    const lines = run.sort(order).map(lineOf);
    run = [];
    await writeFile(file, lines.join('\n'), { mode: 0o600 });
    files.push(file);
  };

  return {
    add(row) {
      run.push(row);
      if (run.length >= runRows) return spill();
    },
    rows: () => merge([...files.map(readRun), inMemory(run.sort(order))], order),
    async dispose() {
      run = [];
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function* inMemory(rows: ReadRow[]): AsyncGenerator<ReadRow> {
  yield* rows;
}

/** The reader of lines takes U+2028 and U+2029 for line ends, and both may stand in a name. */
const lineOf = (row: ReadRow): string =>
  JSON.stringify(Object.values(row)).replaceAll(/[\u2028\u2029]/g, (end) => (end === '\u2028' ? '\\u2028' : '\\u2029'));

type Values = [number, number, boolean, ReadRow['kind'], number, string, string, boolean, string, string];

async function* readRun(file: string): AsyncGenerator<ReadRow> {
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const [line, rank, acquired, kind, at, user, device, deviceNamed, logonSource, licenceType] = JSON.parse(text) as Values;
    yield { line, rank, acquired, kind, at, user, device, deviceNamed, logonSource, licenceType };
  }
}

async function* merge(runs: AsyncGenerator<ReadRow>[], order: Order): AsyncGenerator<ReadRow> {
  if (runs.length === 1) return yield* runs[0] as AsyncGenerator<ReadRow>;
  const heads = new TinyQueue<{ row: ReadRow; run: AsyncGenerator<ReadRow> }>([], (a, b) => order(a.row, b.row));
  const advance = async (run: AsyncGenerator<ReadRow>): Promise<void> => {
    const { value, done } = await run.next();
    if (!done) heads.push({ row: value, run });
  };
  try {
    for (const run of runs) await advance(run);
    for (let head = heads.pop(); head; head = heads.pop()) {
      yield head.row;
      await advance(head.run);
    }
  } finally {
    for (const run of runs) await run.return(undefined);
  }
}
