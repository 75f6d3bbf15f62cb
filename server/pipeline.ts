/**
 * The line that everything walks: one batch at a time, decided in memory, written in one transaction, then shown and answered.
 * What arrives while a batch is being written forms the next one.
 */
import type { Catalogue } from '../shared/catalogue.ts';
import type { IngestAnswer } from '../shared/events.ts';
import { createAlertActions } from './alerting/actions.ts';
import { look, lookDue } from './alerting/look.ts';
import { createShownAlerts } from './alerting/shown.ts';
import { type Alerting, loadAlerting } from './alerting/watched.ts';
import { createBackground } from './background.ts';
import { type ClosingTimes, USUAL_CLOSING } from './billing/closing-times.ts';
import { deleteUser, putEntitlements, putOrganisation, putUsers } from './books/administration.ts';
import { createAgenda } from './books/agenda.ts';
import { type Batch, type Books, createBatch, type Effort } from './books/batch.ts';
import { keepBillCheckpoint } from './books/bill-checkpoints.ts';
import { noteDowntime } from './books/downtimes.ts';
import { finishBatch } from './books/finish.ts';
import { forgetOldIds, hasOldIds } from './books/idempotency.ts';
import { importRows, tryRows } from './books/import-rows.ts';
import { brokenInvariants } from './books/invariants.ts';
import type { Retention } from './books/keep.ts';
import { finishLate } from './books/late.ts';
import { loadBooks } from './books/load.ts';
import type { Organisation } from './books/organisation.ts';
import { type PackingPace, USUAL_PACE } from './books/packs.ts';
import { recordEvents } from './books/record-event.ts';
import { settleClosing, writeStatement } from './books/statements.ts';
import { nextTimer, runTimers } from './books/timers.ts';
import { deleteFigures, fateOf, putFigures } from './books/vendor-figures.ts';
import type { Clock } from './clock.ts';
import { createJobs, type Job } from './jobs.ts';
import { createGrants } from './licensing/assignment.ts';
import { markStore } from './mark-store.ts';
import { createPacking } from './packing.ts';
import { type Commit, NotRecordingError, type Pipeline } from './pipeline-types.ts';
import { createRecording } from './recording.ts';
import { createCommitted } from './reports/committed.ts';
import { ReadWatches } from './reports/read-watch.ts';
import { Turns } from './reports/turns.ts';
import { runInPieces } from './reports/work.ts';
import { createSavedReportActions } from './saved-reports/actions.ts';
import { type Desk, loadDesk, lookAgain, reportsDue, scheduleRuns } from './saved-reports/desk.ts';
import type { Store, Write } from './store/store.ts';

/** Milliseconds between two looks at what time itself has brought. */
const TICK_MS = 100;
/** Figures of a vendor that are removed in one transaction. */
const FIGURES_AT_ONCE = 1_000;
/** Some tenths of a second of work at once, and some hundredths in a piece between others' batches. */
const EFFORT: Effort = { atOnce: 5_000, perPiece: 500 };

export interface PipelineLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface PipelineOptions {
  store: Store;
  clock: Clock;
  catalogue: Catalogue;
  /** A random id; becomes the epoch of a new data directory. */
  randomId: () => string;
  log: PipelineLog;
  /** How long what is kept. Default: records for good. */
  retention?: Retention;
  /** How much of the past is worked out again in one batch. */
  effort?: Effort;
  /** How entries are packed for reports. */
  pace?: PackingPace;
  /** When billing periods are closed. */
  closing?: ClosingTimes;
  /** The store failed in a way that only a new process can mend. */
  onFatal: (error: unknown) => void;
}

export async function openPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { store, clock, log, effort = EFFORT, pace = USUAL_PACE, closing = USUAL_CLOSING, retention = {} } = options;
  const grants = createGrants(options.catalogue);
  const epoch = await markStore(store, options.randomId, clock.now(), log);
  let books: Books = loadBooks(store, grants, effort, pace);
  let agenda = createAgenda(books.organisations);
  let alerting: Alerting = loadAlerting(store, epoch);
  let desk: Desk = loadDesk(store);
  const recording = createRecording({ store, clock, log, onFatal: options.onFatal });
  let turnedAt = clock.running();
  const waiting = createJobs();
  let running: Promise<void> | null = null;
  const listeners = new Set<(commit: Commit) => void>();
  const watches = new ReadWatches();
  const turns = new Turns();
  const committed = createCommitted({ store, epoch, catalogue: options.catalogue, closing, watches, turns, now: () => clock.now() });
  committed.replace(books);
  const shownAlerts = createShownAlerts(store, () => clock.now());
  shownAlerts.replace(alerting, books);

  const loadAgain = (): void => {
    books = loadBooks(store, grants, effort, pace);
    agenda = createAgenda(books.organisations);
    alerting = loadAlerting(store, epoch);
    desk = loadDesk(store);
  };

  const fail = (jobs: Job[], error: unknown): void => {
    loadAgain();
    const isShut = recording.failed(error);
    refuse(isShut ? [...jobs, ...waiting.takeAll()] : jobs, error);
  };

  const refuse = (jobs: Job[], error: unknown): void => {
    for (const job of jobs) job.reject(new NotRecordingError('Nothing was recorded: the store could not take it', 5, { cause: error }));
  };

  /** A job that cannot be decided is a defect of ours: it alone is refused, and what it left in memory is thrown away. */
  const decideJob = (job: Job, batch: Batch, answers: (() => void)[]): boolean => {
    try {
      const value = job.decide(batch);
      answers.push(() => job.resolve(value));
      return true;
    } catch (error) {
      log.error({ err: error }, 'a request could not be decided');
      job.reject(error);
      return false;
    }
  };

  const reportFailures = (): void => {
    for (const { error, isNew, ...about } of alerting.failures)
      if (isNew)
        log.error({ err: error, ...about }, about.webhook === null ? 'an alert could not be evaluated' : 'a receiver could not be told');
  };

  const startOver = (jobs: Job[], bad: Job): void => {
    loadAgain();
    waiting.putBack(jobs.filter((job) => job !== bad));
  };

  /** A listener that fails keeps nobody from an answer: the batch is on disk. */
  const tellListeners = (commit: Commit): void => {
    for (const listener of listeners) {
      try {
        listener(commit);
      } catch (error) {
        log.error({ err: error }, 'a listener failed');
      }
    }
  };

  const runBatch = async (jobs: Job[]): Promise<void> => {
    const now = clock.now();
    const started = performance.now();
    const batch = createBatch(books, store, now);
    const answers: (() => void)[] = [];
    let writes: Write[] = [];
    try {
      for (const silence of recording.unheard(now)) noteDowntime(batch, silence);
      for (const id of agenda.takeDue(now)) {
        batch.met.add(id);
        runTimers(batch, books.organisations.get(id) as Organisation, now);
      }
      for (const job of jobs) {
        if (!decideJob(job, batch, answers)) return startOver(jobs, job);
      }
      for (const id of [...batch.met]) {
        const organisation = books.organisations.get(id);
        if (organisation && nextTimer(organisation) <= now) runTimers(batch, organisation, now);
      }
      finishLate(batch);
      scheduleRuns(batch, desk);
      look(batch, alerting, committed.row);
      reportFailures();
      finishBatch(batch);
      for (const broken of brokenInvariants(batch)) log.error({ broken }, 'the books contradict themselves: run highwater verify');
      writes = batch.draft.writes();
      await recording.commit(writes, now);
    } catch (error) {
      fail(jobs, error);
      return;
    }
    for (const id of batch.met) agenda.review(id, books.organisations.get(id));
    committed.publish(books, batch.changed, now, writes);
    shownAlerts.publish(alerting, books);
    const { queued, failures } = alerting;
    Object.assign(alerting, { queued: [], looked: new Set(), withdrawn: [], failures: [] });
    const seconds = (performance.now() - started) / 1000;
    tellListeners({ seq: books.seq, at: now, changed: batch.changed, events: batch.events, queued, failures, seconds });
    for (const answer of answers) answer();
  };

  const run = async (): Promise<void> => {
    while (waiting.any) {
      const refusal = recording.wasRefused() ? await recording.stillRefused() : null;
      if (refusal) refuse(waiting.takeAll(), refusal);
      else await runBatch(waiting.take());
      turnedAt = clock.running();
      background.recompute();
      background.finishReceivers();
    }
    running = null;
  };

  const submit = <T>(weight: number, decide: (batch: Batch) => T, probe = false): Promise<T> => {
    const refusal = recording.refusal(probe);
    if (refusal) return Promise.reject(refusal);
    const answer = waiting.add(weight, decide);
    running ??= Promise.resolve().then(run);
    return answer;
  };

  const background = createBackground({
    store,
    clock,
    committed,
    retention,
    log,
    agenda: () => agenda,
    alerting: () => alerting,
    organisations: () => books.organisations,
    isReady: recording.isReady,
    submit,
  });

  const packing = createPacking({ store, watches, turns, pace, log, organisations: () => books.organisations, submit });

  const tick = (): void => {
    if (recording.isReady()) {
      background.keep(clock.now());
      packing.pack(clock.now());
    }
    if (running || recording.health().state === 'stopping') return;
    turnedAt = clock.running();
    const now = clock.now();
    const probe = (): void => void submit(1, (batch) => forgetOldIds(batch.draft, now), true).catch(() => {});
    const found = recording.look(now);
    if (found === 'full') {
      probe();
      background.keep(now);
    }
    if (found !== 'open') return;
    background.recompute();
    background.finishReceivers();
    if (recording.isDue(now) || agenda.isDue(now) || lookDue(alerting, now) || reportsDue(desk, now) || hasOldIds(store, now)) probe();
  };
  const watchfulTick = (): void => {
    try {
      tick();
    } catch (error) {
      recording.unreadable(error);
    }
  };
  await recording.begin(books);
  const stopTicking = clock.every(TICK_MS, watchfulTick);
  watchfulTick();

  return {
    committed,
    alerts: createAlertActions({
      submit,
      store,
      alerting: () => alerting,
      shown: shownAlerts,
      inPieces: (work) => runInPieces(work, turns),
      now: () => clock.now(),
    }),
    savedReports: createSavedReportActions(
      submit,
      store,
      () => desk,
      () => alerting,
    ),
    health: recording.health,
    turnedAt: () => turnedAt,
    ingest: (events) =>
      submit(events.length, (batch) => recordEvents(batch, events)).then(
        (results) => ({ epoch, seq: committed.seq(), results }) as IngestAnswer,
      ),
    importRows: (id, rows) => submit(rows.length, (batch) => importRows(batch, id, rows)),
    tryRows: (id, rows) => tryRows(store, books, clock.now(), id, rows),
    putOrganisation: (id, settings, by) =>
      submit(1, (batch) => {
        lookAgain(desk);
        return putOrganisation(batch, id, settings, by);
      }),
    putEntitlements: (id, entitlements, by) => submit(1, (batch) => putEntitlements(batch, id, entitlements, by)),
    putUsers: (id, users, by) => submit(users.length, (batch) => putUsers(batch, id, users, by)),
    deleteUser: (id, user, by) => submit(1, (batch) => deleteUser(batch, id, user, by)),
    putFigures: (id, source, figures) => submit(figures.length, (batch) => putFigures(batch, id, source, figures)),
    tryFigures: (id, source, figures) => figures.map((figure) => fateOf(store, id, source, figure)),
    deleteFigures: (id, range) => submit(FIGURES_AT_ONCE, (batch) => deleteFigures(batch, id, range, FIGURES_AT_ONCE)),
    keepBillCheckpoint: (id, { start, checkpoint, stillTrue }) =>
      submit(1, (batch) => keepBillCheckpoint(batch, id, start, checkpoint, stillTrue)),
    writeStatement: (statement) => submit(1, (batch) => writeStatement(batch, statement)),
    settleClosing: (id, closedTo, changes) => submit(1, (batch) => settleClosing(batch, id, closedTo, changes)),
    onCommit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      stopTicking();
      // Up to now it was recording: what a later start finds to be the last commit is where the downtime begins.
      if (recording.isReady()) await submit(1, () => {}).catch(() => {});
      recording.stop();
      await running;
    },
  };
}
