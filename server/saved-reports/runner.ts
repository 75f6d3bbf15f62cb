/** Makes the reports that are due, one after the other, and writes each to a file. What is not written down is made again after a restart. */
import { join } from 'node:path';
import type { ReportView } from '../../shared/reports.ts';
import { formatInstant } from '../../shared/time.ts';
import type { Cancel, Clock } from '../clock.ts';
import { csvLine } from '../formats/csv.ts';
import type { Table } from '../formats/table.ts';
import { workbook } from '../formats/workbook.ts';
import { type Calendar, createCalendar } from '../licensing/calendar.ts';
import { type Committed, ReportTooLargeError } from '../pipeline-types.ts';
import { reportTable } from '../reports/report-table.ts';
import { answerOf } from '../reports/work.ts';
import type { SavedReportActions } from './actions.ts';
import type { KeptReport, Run, RunOutcome } from './desk.ts';
import { removeFiles, safeName, writeWhole } from './files.ts';
import { spanOf } from './schedule.ts';

/** A result that could not be written down is tried again so much later. */
const AGAIN_MS = 5_000;
/** Rows that go with a message. */
const ROWS_TOLD = 100;

export interface RunnerParts {
  clock: Clock;
  directory: string;
  committed: Committed;
  actions: SavedReportActions;
  log: { error(fields: object, message: string): void };
}

export interface ReportRunner {
  take(runs: readonly Run[]): void;
  /** Starts nothing more and waits for what is under way. */
  close(): Promise<void>;
}

/** A run, and what came of it once it was made. */
interface Waiting {
  run: Run;
  outcome: RunOutcome | null;
}

export function createReportRunner({ clock, directory, committed, actions, log }: RunnerParts): ReportRunner {
  const waiting = new Map<string, Waiting>();
  let busy: Promise<void> | null = null;
  let later: Cancel = () => {};
  let closed = false;

  const work = async (): Promise<void> => {
    for (const [key, each] of waiting) {
      if (closed) break;
      const { run } = each;
      each.outcome ??= await timed(run);
      try {
        await removeFiles(directory, await actions.finish(run, each.outcome));
        waiting.delete(key);
      } catch (error) {
        // Nothing is recorded at the moment: that it is made is written down once something is.
        log.error(
          { err: error, organisation: run.organisation, report: run.report, run: run.n },
          'the end of a report could not be written down',
        );
        later = clock.after(AGAIN_MS, wake);
        break;
      }
    }
    busy = null;
  };
  const wake = (): void => {
    if (!closed && waiting.size > 0) busy ??= work();
  };

  async function timed(run: Run): Promise<RunOutcome> {
    const started = clock.now();
    const outcome = await make(run).catch((error: unknown): RunOutcome => {
      log.error({ err: error, organisation: run.organisation, report: run.report, run: run.n }, 'a report could not be made');
      return failed(error);
    });
    return { ...outcome, seconds: (clock.now() - started) / 1000 };
  }

  async function make(run: Run): Promise<RunOutcome> {
    const { organisation, report: id, n, dueAt } = run;
    const kept = actions.get(organisation, id);
    const reports = committed.reports(organisation);
    if (!kept || !reports) return failed(new Error('The report was deleted'));
    const query = queryOf(committed, organisation, kept, dueAt);
    const report = await answerOf(reports.answer(query));
    const date = calendarOf(committed, organisation).localDateTime(query.from).slice(0, 10);
    const file = join(safeName(organisation), safeName(id), `${date}-run-${n}.${kept.format}`);
    await writeWhole(join(directory, file), piecesOf(kept, report));
    const { from, to, columns, totals, rows } = report;
    const about = { organisation, report: id, name: kept.name, run: n, dueAt: formatInstant(dueAt), from, to };
    const head = { ...about, columns, totals, rows: rows.slice(0, ROWS_TOLD), rowCount: rows.length };
    return { seconds: null, from, to, rows: rows.length, error: null, file, head };
  }

  return {
    take(runs) {
      for (const run of runs) {
        const key = JSON.stringify([run.organisation, run.report, run.n]);
        if (!waiting.has(key)) waiting.set(key, { run, outcome: null });
      }
      wake();
    },
    async close() {
      closed = true;
      later();
      await busy;
    },
  };
}

/** The question of a saved report, asked at an instant. */
export function queryOf(committed: Committed, organisation: string, { report, range }: KeptReport, at: number) {
  const { start, end } = spanOf(calendarOf(committed, organisation), range, at);
  return { ...report, from: start, to: end };
}

function calendarOf(committed: Committed, organisation: string): Calendar {
  const { timeZone = 'UTC', billingPeriodStartDay = 1 } = committed.organisation(organisation) ?? {};
  return createCalendar(timeZone, billingPeriodStartDay);
}

const failed = (error: unknown): RunOutcome => {
  // What went wrong inside is for the log; whoever reads the list cannot do anything about it.
  const reason = error instanceof ReportTooLargeError ? error.message : ((error as NodeJS.ErrnoException).code ?? 'it could not be made');
  return { seconds: null, from: null, to: null, rows: null, error: reason, file: null, head: null };
};

async function* piecesOf({ format }: KeptReport, report: ReportView): AsyncGenerator<string | Uint8Array, void, void> {
  if (format === 'json') return yield `${JSON.stringify(report)}\n`;
  const table: Table = reportTable(report);
  if (format === 'xlsx') return yield* workbook(table);
  yield csvLine(table.columns.map(({ header }) => header));
  for await (const rows of table.rows) yield rows.map((cells) => csvLine(cells, true)).join('');
}
