/** A vendor's figures on their way in: read whole, brought together by day and licence type, and only then kept. */
import type { Catalogue } from '../../shared/catalogue.ts';
import type { DateOrder } from '../../shared/import.ts';
import type { Instant } from '../../shared/time.ts';
import type { FigureKind, FiguresReport } from '../../shared/vendor-figures.ts';
import { localInstants } from '../licensing/local-instants.ts';
import { type FigureHeader, parseFigureHeader } from '../parse/figures-header.ts';
import { createFigureReader, type FigureReading, type FigureRow } from '../parse/figures-row.ts';
import { RefusedInput } from '../parse/refusal.ts';
import type { Pipeline } from '../pipeline-types.ts';
import { csvLines } from './csv-lines.ts';
import { FirstLines } from './report.ts';

/** Figures of one transaction. */
const BATCH = 1_000;

export interface FiguresTask {
  pipeline: Pick<Pipeline, 'putFigures' | 'tryFigures'>;
  catalogue: Catalogue;
  organisation: string;
  /** Id and name: storm's column may hold either. */
  calledAs: readonly string[];
  source: string;
  timeZone: string;
  dateOrder?: DateOrder;
  dateAt: (at: Instant) => string;
  /** Name of the billing period that a day is in. */
  periodOf: (date: string) => string;
  dryRun: boolean;
}

interface Gathered extends FigureRow {
  kind: FigureKind;
  rows: number;
  line: number;
}

/** Brings rows together by day and type. */
export class FigureGatherer {
  readonly figures = new Map<string, Gathered>();

  /** @returns why it cannot be taken; null: it was */
  add(line: number, kind: FigureKind, row: FigureRow): string | null {
    const key = `${row.date} ${row.licenceType}`;
    const known = this.figures.get(key);
    if (!known) this.figures.set(key, { ...row, kind: row.date.length === 7 ? 'month' : kind, rows: 1, line });
    else if (kind === 'day') {
      if (known.value !== row.value || known.contingency !== row.contingency)
        return `line ${known.line} gives another figure of this day and type`;
      known.rows++;
    } else {
      known.value = Math.max(known.value, row.value);
      known.contingency = Math.max(known.contingency ?? 0, row.contingency ?? 0);
      known.rows++;
    }
    return null;
  }
}

/** @throws RefusedInput when it is no such file; whatever the source throws */
export async function takeFiguresFile(task: FiguresTask, source: AsyncIterable<Uint8Array>): Promise<FiguresReport> {
  const gatherer = new FigureGatherer();
  const lists = {
    normalised: new FirstLines<FiguresReport['normalised'][number]>(),
    refused: new FirstLines<FiguresReport['refused'][number]>(),
  };
  let header: FigureHeader | null = null;
  let read: ((line: number, fields: readonly string[]) => FigureReading) | null = null;
  let rows = 0;
  for await (const { line, fields } of csvLines(source)) {
    if (!header || !read) {
      header = parseFigureHeader(line, fields);
      for (const change of header.normalised) lists.normalised.add(change);
      const { catalogue, timeZone, dateOrder, calledAs, dateAt } = task;
      read = createFigureReader({
        catalogue,
        header,
        dateOrder,
        timeZone,
        organisation: calledAs,
        instants: localInstants(timeZone),
        dateAt,
      });
      continue;
    }
    rows++;
    const { row, refusal, normalised } = read(line, fields);
    for (const change of normalised) lists.normalised.add(change);
    const reason = row ? gatherer.add(line, header.kind, row) : (refusal ?? 'cannot be read');
    if (reason !== null) lists.refused.add({ line, reason });
  }
  if (!header || rows === 0) throw new RefusedInput('invalid_body', 'Nothing was taken: the file has no rows.');
  const listed = { normalised: lists.normalised.list(), refused: lists.refused.list() };
  const truncated = {
    normalised: lists.normalised.count - listed.normalised.length,
    refused: lists.refused.count - listed.refused.length,
  };
  const any = truncated.normalised + truncated.refused > 0;
  const taken = rows - lists.refused.count;
  return { ...(await keepFigures(task, header.kind, gatherer)), rows, taken, ...listed, ...(any && { truncated }) };
}

/** Keeps what was gathered, unless it is a dry run, and says what became of it. */
export async function keepFigures(task: FiguresTask, kind: FigureKind, { figures }: FigureGatherer): Promise<FiguresReport> {
  const { pipeline, organisation, source, dryRun, periodOf } = task;
  const fates = { added: 0, changed: 0, unchanged: 0 };
  const all = [...figures.values()].map(({ line: _, ...figure }) => figure);
  for (let start = 0; start < all.length; start += BATCH) {
    const some = all.slice(start, start + BATCH);
    const found = dryRun ? pipeline.tryFigures(organisation, source, some) : await pipeline.putFigures(organisation, source, some);
    for (const fate of found) fates[fate]++;
  }
  const isMonth = all.length > 0 && all.every((figure) => figure.kind === 'month');
  const periods = [...new Set(all.map(({ date, kind: of }) => (of === 'month' ? date : periodOf(date))))].sort();
  return { source, kind: isMonth ? 'month' : kind, rows: all.length, taken: all.length, ...fates, periods, normalised: [], refused: [] };
}
