/** An export on its way in: read whole, put in order, and then worked into the books portion by portion. */
import { setImmediate } from 'node:timers/promises';
import type { Catalogue } from '../../shared/catalogue.ts';
import type { DateOrder, ImportProgress, ImportReport } from '../../shared/import.ts';
import type { Instant } from '../../shared/time.ts';
import { localInstants } from '../licensing/local-instants.ts';
import { type Header, parseHeader } from '../parse/import-header.ts';
import { createRowReader, type RowReading } from '../parse/import-row.ts';
import { RefusedInput } from '../parse/refusal.ts';
import type { Pipeline, RowFate } from '../pipeline-types.ts';
import { csvLines } from './csv-lines.ts';
import { ReportBuilder } from './report.ts';
import { type BatchRow, rowBatches, sameInstant, sameUser } from './row-batches.ts';
import { byTime, byUser, type SortedRows, sortRows } from './sorted-rows.ts';

/** Rows of one transaction: few enough that what else comes in does not wait long. */
const BATCH_ROWS = 1_000;

export interface ImportTask {
  pipeline: Pick<Pipeline, 'importRows' | 'tryRows'>;
  catalogue: Catalogue;
  now: Instant;
  organisation: string;
  /** The zone of its local times. */
  timeZone: string;
  dateOrder?: DateOrder;
  /** Say what would become of the rows, and change nothing. */
  dryRun: boolean;
}

/** A file that was read to its end: nothing of it is in the books yet. */
export interface ReadFile {
  /** @throws NotRecordingError; what was recorded until then stays, and comes out as duplicates when the file is sent again */
  record(onProgress?: (progress: ImportProgress) => void): Promise<ImportReport>;
  dispose(): Promise<void>;
}

/** @throws RefusedInput when it is no such export; whatever the source throws */
export async function readFile(task: ImportTask, source: AsyncIterable<Uint8Array>): Promise<ReadFile> {
  const report = new ReportBuilder();
  // A dry run looks at one user after the other: it need not remember what it did to the others.
  const sorted = sortRows(task.dryRun ? byUser : byTime);
  try {
    const backwards = await readRows(task, source, report, sorted);
    return { record: (onProgress) => record(task, report, sorted, backwards, onProgress), dispose: () => sorted.dispose() };
  } catch (error) {
    await sorted.dispose();
    throw error;
  }
}

/** @returns whether the file runs backwards from its first line to its last */
async function readRows(task: ImportTask, source: AsyncIterable<Uint8Array>, report: ReportBuilder, sorted: SortedRows): Promise<boolean> {
  let header: Header | null = null;
  let read: ((line: number, fields: readonly string[]) => RowReading) | null = null;
  let last: Instant | null = null;
  let [up, down] = [false, false];
  for await (const { line, fields } of csvLines(source)) {
    if (!header || !read) {
      header = parseHeader(line, fields);
      for (const change of header.normalised) report.normalised.add(change);
      const { catalogue, now, timeZone, dateOrder } = task;
      read = createRowReader({ catalogue, header, dateOrder, timeZone, now, instants: localInstants(timeZone) });
      continue;
    }
    report.rows++;
    const { row, refusal, normalised } = read(line, fields);
    for (const change of normalised) report.normalised.add(change);
    if (!row) {
      report.refused.add({ line, reason: refusal ?? 'cannot be read' });
      continue;
    }
    up ||= last !== null && row.at > last;
    down ||= last !== null && row.at < last;
    last = row.at;
    const spilling = sorted.add(row);
    if (spilling) await spilling;
  }
  if (!header) throw new RefusedInput('invalid_body', 'Nothing was imported: the file is empty.');
  if (report.rows === 0) throw new RefusedInput('invalid_body', 'Nothing was imported: the file has a header and no rows.');
  return down && !up && header.columns.Sequence === undefined;
}

async function record(
  { pipeline, organisation, dryRun }: ImportTask,
  report: ReportBuilder,
  sorted: SortedRows,
  backwards: boolean,
  onProgress: (progress: ImportProgress) => void = () => {},
): Promise<ImportReport> {
  let done = report.refused.count;
  const together = dryRun ? sameUser : sameInstant;
  for await (const batch of rowBatches(sorted.rows(), { size: BATCH_ROWS, together, backwards })) {
    const fates = dryRun ? pipeline.tryRows(organisation, batch) : await pipeline.importRows(organisation, batch);
    for (const [index, row] of batch.entries()) tell(report, row, fates[index] as RowFate);
    done += batch.length;
    onProgress({ phase: 'recording', rows: done, of: report.rows });
    if (dryRun) await setImmediate();
  }
  return report.report();
}

function tell(report: ReportBuilder, row: BatchRow, fate: RowFate): void {
  const { line, licenceType, device, deviceNamed, kind } = row;
  if (fate === 'recorded') report.recorded++;
  else if (fate === 'duplicate') report.duplicates++;
  else if (fate === 'older_than_kept') report.refused.add({ line, reason: 'it lies before what is kept (retention.recordsMonths)' });
  else if (fate === 'no_open_session') {
    const where = kind === 'import-released' ? `device ${device}` : 'any device';
    report.unpaired.add({ line, reason: `no open holding of ${licenceType} on ${where} at that time` });
  } else {
    const doubt = deviceNamed ? '' : '; without a Device column two devices of one kind cannot be told apart';
    report.refused.add({ line, reason: `${licenceType} is already held on device ${device} and was not released in between${doubt}` });
  }
}
