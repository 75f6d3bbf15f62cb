/** Saved reports as the edge and the runner see them: what may be done with them, and what is committed. */
import type { SavedReport } from '../../shared/saved-reports.ts';
import type { Alerting } from '../alerting/watched.ts';
import type { Batch } from '../books/batch.ts';
import { below, type Reader } from '../store/store.ts';
import { type Desk, deleteReport, finishRun, type KeptReport, putReport, type Run, type RunOutcome, requestRun } from './desk.ts';

/** The organisation exists: the caller looked. Answers come when it is on disk. */
export interface SavedReportActions {
  list(organisation: string): { id: string; kept: KeptReport }[];
  get(organisation: string, id: string): KeptReport | undefined;
  /** The newest first. */
  runs(organisation: string, id: string): Run[];
  run(organisation: string, id: string, n: number): Run | undefined;
  put(organisation: string, id: string, given: SavedReport): Promise<void>;
  /** @returns the files of its runs, for which nobody asks any more; null: there was no such report */
  remove(organisation: string, id: string): Promise<string[] | null>;
  request(organisation: string, id: string): Promise<Run | null>;
  /** @returns files that are of no use any more */
  finish(run: Run, outcome: RunOutcome): Promise<string[]>;
  /** Runs that were committed since the last call. */
  takeQueued(): Run[];
}

type Submit = <T>(weight: number, decide: (batch: Batch) => T) => Promise<T>;

export function createSavedReportActions(submit: Submit, disk: Reader, desk: () => Desk, alerting: () => Alerting): SavedReportActions {
  return {
    list: (organisation) =>
      [...disk.range<KeptReport>('savedReports', below(organisation))].map(({ key, value }) => ({ id: key[1] as string, kept: value })),
    get: (organisation, id) => disk.get('savedReports', [organisation, id]),
    runs: (organisation, id) =>
      [
        ...disk.range<Run>('reportRuns', { start: [organisation, id], end: [organisation, id, Number.POSITIVE_INFINITY], reverse: true }),
      ].map(({ value }) => value),
    run: (organisation, id, n) => disk.get('reportRuns', [organisation, id, n]),
    put: (organisation, id, given) => submit(1, (batch) => putReport(batch, desk(), organisation, id, given)),
    remove: (organisation, id) => submit(1, (batch) => deleteReport(batch, desk(), organisation, id)),
    request: (organisation, id) => submit(1, (batch) => requestRun(batch, desk(), organisation, id)),
    finish: (run, outcome) => submit(1, (batch) => finishRun(batch, desk(), alerting(), run, outcome)),
    takeQueued: () => desk().queued.splice(0),
  };
}
