/**
 * The line that everything walks: one batch at a time, decided in memory, written in one transaction, then shown and answered.
 * What arrives while a batch is being written forms the next one.
 */
import type { Catalogue } from '../shared/catalogue.ts';
import type { EventResult, IngestAnswer, LicenceEvent } from '../shared/events.ts';
import type { Instant } from '../shared/time.ts';
import { createAlertActions } from './alerting/actions.ts';
import { look, lookDue } from './alerting/look.ts';
import { createShownAlerts } from './alerting/shown.ts';
import { type Alerting, loadAlerting } from './alerting/watched.ts';
import { createBackground } from './background.ts';
import { type ClosingTimes, USUAL_CLOSING } from './billing/closing-times.ts';
import { deleteUser, putOrganisation, putUsers } from './books/administration.ts';
import { createAgenda } from './books/agenda.ts';
import { type Batch, type Books, countEvent, createBatch, type Effort } from './books/batch.ts';
import { keepBillCheckpoint } from './books/bill-checkpoints.ts';
import { endDowntime, noteDowntime } from './books/downtimes.ts';
import { finishBatch } from './books/finish.ts';
import { forgetOldIds, hasOldIds } from './books/idempotency.ts';
import { importRows, tryRows } from './books/import-rows.ts';
import { brokenInvariant } from './books/invariants.ts';
import type { Retention } from './books/keep.ts';
import { finishLate } from './books/late.ts';
import { loadBooks } from './books/load.ts';
import type { Organisation } from './books/organisation.ts';
import { type PackingPace, USUAL_PACE } from './books/packs.ts';
import { recordEvent } from './books/record-event.ts';
import { settleClosing, writeStatement } from './books/statements.ts';
import { nextTimer, runTimers } from './books/timers.ts';
import { deleteFigures, fateOf, putFigures } from './books/vendor-figures.ts';
import type { Clock } from './clock.ts';
import { createGrants } from './licensing/assignment.ts';
import { markStore } from './mark-store.ts';
import { createPacking } from './packing.ts';
import { type Commit, type Health, NotRecordingError, type Pipeline } from './pipeline-types.ts';
import { createCommitted } from './reports/committed.ts';
import { ReadWatches } from './reports/read-watch.ts';
import { Turns } from './reports/turns.ts';
import { runInPieces } from './reports/work.ts';
import { createSavedReportActions } from './saved-reports/actions.ts';
import { type Desk, loadDesk, reportsDue, scheduleRuns } from './saved-reports/desk.ts';
import { createSleepWatch } from './sleep-watch.ts';
import { type Store, StoreFullError, type Write } from './store/store.ts';

/** Milliseconds between two looks at what time itself has brought. */
const TICK_MS = 100;
/** After so long without a commit one is made, so that a later start knows when the daemon was last there. */
const ALIVE_EVERY_MS = 10_000;
/** Events in one transaction, at most about so many. */
const BATCH_EVENTS = 10_000;
/** Figures of a vendor that are removed in one transaction. */
const FIGURES_AT_ONCE = 1_000;
/** How often a full disk is tried again, and one with room looked at. */
const RETRY_FULL_MS = 2_000;
/** Some tenths of a second of work at once, and some hundredths in a piece between others' batches. */
const EFFORT: Effort = { atOnce: 5_000, perPiece: 500 };
/** A commit that takes longer is told. In milliseconds. */
const HANGS_MS = 10_000;
/** After so long it is given up with the process. */
export const DEAD_MS = 60_000;
const HANGS = 'The store does not answer: nothing is recorded until it does';
const FULL = 'The disk is full: nothing is recorded until there is room';

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

/** Something to decide in a batch, and whoever waits for it. */
interface Job {
  weight: number;
  decide: (batch: Batch) => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

export async function openPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { store, clock, log, effort = EFFORT, pace = USUAL_PACE, closing = USUAL_CLOSING, retention = {} } = options;
  const grants = createGrants(options.catalogue);
  const epoch = await markStore(store, options.randomId, clock.now(), log);
  let books: Books = loadBooks(store, grants, effort, pace);
  let agenda = createAgenda(books.organisations);
  let alerting: Alerting = loadAlerting(store, epoch);
  let desk: Desk = loadDesk(store);
  const watch = createSleepWatch(clock);
  let health: Health = { state: 'ready' };
  let lastCommitAt = clock.now();
  let lookedAt = 0;
  /** Since then nothing could be recorded: who had to be heard of in that time gets another chance, as after a downtime. */
  let deafSince: Instant | null = null;
  let turnedAt = clock.running();
  const waiting: Job[] = [];
  let running: Promise<void> | null = null;
  const listeners = new Set<(commit: Commit) => void>();
  const watches = new ReadWatches();
  const turns = new Turns();
  const committed = createCommitted({ store, epoch, catalogue: options.catalogue, closing, watches, turns, now: () => clock.now() });
  committed.replace(books);
  const shownAlerts = createShownAlerts(store, () => clock.now());
  shownAlerts.replace(alerting, books);

  const take = (): Job[] => {
    let weight = 0;
    let count = 0;
    while (count < waiting.length && (count === 0 || weight + (waiting[count] as Job).weight <= BATCH_EVENTS)) {
      weight += (waiting[count] as Job).weight;
      count++;
    }
    return waiting.splice(0, count);
  };

  const loadAgain = (): void => {
    books = loadBooks(store, grants, effort, pace);
    agenda = createAgenda(books.organisations);
    alerting = loadAlerting(store, epoch);
    desk = loadDesk(store);
  };

  const degrade = (reason: string): void => {
    health = { state: 'degraded', reasons: [reason] };
    lookedAt = clock.now();
    deafSince ??= lastCommitAt;
  };

  /** On a full disk what there is can be read all the same: the downtime is written once there is room. */
  const begin = async (): Promise<void> => {
    try {
      await endDowntime(store, books, lastCommitAt);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      deafSince = store.get<Instant>('meta', ['lastCommitAt']) ?? lastCommitAt;
      degrade(FULL);
      log.error({ err: error }, 'commit failed');
    }
  };

  /** A disk that does not answer: whoever comes meanwhile hears so, and in the end a new process has to find out what is on it. */
  const commitInTime = async (writes: readonly Write[]): Promise<void> => {
    const hangs = clock.after(HANGS_MS, () => {
      if (health.state === 'ready') degrade(HANGS);
    });
    const dead = clock.after(DEAD_MS, () => options.onFatal(new Error('The store has not answered for a minute')));
    try {
      await store.commit(writes);
    } finally {
      hangs();
      dead();
    }
  };

  const fail = (batchJobs: Job[], error: unknown): void => {
    let jobs = batchJobs;
    loadAgain();
    if (error instanceof StoreFullError) {
      degrade(FULL);
      jobs = [...jobs, ...waiting.splice(0)];
    } else {
      degrade('The store failed: the daemon stops');
      options.onFatal(error);
    }
    log.error({ err: error }, 'commit failed');
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

  /** Wrong numbers are worse than none: whoever watches the log hears of it, with the type and the organisation. */
  const reportBroken = (batch: Batch): void => {
    for (const [id, types] of batch.changed) {
      for (const type of types) {
        const broken = brokenInvariant(books.organisations.get(id) as Organisation, type);
        if (broken !== null) log.error({ broken }, 'the books contradict themselves: run highwater verify');
      }
    }
  };

  const reportFailures = (): void => {
    for (const { error, isNew, ...about } of alerting.failures)
      if (isNew)
        log.error({ err: error, ...about }, about.webhook === null ? 'an alert could not be evaluated' : 'a receiver could not be told');
  };

  const startOver = (jobs: Job[], bad: Job): void => {
    loadAgain();
    waiting.unshift(...jobs.filter((job) => job !== bad));
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
    const deaf = deafSince === null ? null : { from: deafSince, until: now };
    const batch = createBatch(books, store, now);
    const answers: (() => void)[] = [];
    let writes: Write[] = [];
    try {
      noteDowntime(batch, watch.slept());
      noteDowntime(batch, deaf);
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
      reportBroken(batch);
      writes = batch.draft.writes();
      await commitInTime(writes);
    } catch (error) {
      fail(jobs, error);
      return;
    }
    lastCommitAt = now;
    watch.looked();
    for (const id of batch.met) agenda.review(id, books.organisations.get(id));
    // On a full disk what is kept no longer goes all the same, and makes no room of the disk's.
    if (health.state === 'degraded' && store.hasRoom()) health = { state: 'ready' };
    if (health.state === 'ready' && deaf !== null) deafSince = null;
    committed.publish(books, batch.changed, now, writes);
    shownAlerts.publish(alerting, books);
    const { queued, failures } = alerting;
    Object.assign(alerting, { queued: [], looked: new Set(), withdrawn: [], failures: [] });
    const seconds = (performance.now() - started) / 1000;
    tellListeners({ seq: books.seq, at: now, changed: batch.changed, events: batch.events, queued, failures, seconds });
    for (const answer of answers) answer();
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      await runBatch(take());
      turnedAt = clock.running();
      background.recompute();
      background.finishReceivers();
    }
    running = null;
  };

  /** While nothing can be recorded nobody has to wait to hear so; `probe` finds out whether it still is like that. */
  const submit = <T>(weight: number, decide: (batch: Batch) => T, probe = false): Promise<T> => {
    if (health.state !== 'ready' && !(probe && health.state === 'degraded')) {
      return Promise.reject(new NotRecordingError((health as { reasons: string[] }).reasons.join('; ')));
    }
    return new Promise<T>((resolve, reject) => {
      waiting.push({ weight, decide, resolve: resolve as (value: unknown) => void, reject });
      running ??= Promise.resolve().then(run);
    });
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
    isReady: () => health.state === 'ready',
    submit,
  });

  const packing = createPacking({ store, watches, turns, pace, log, organisations: () => books.organisations, submit });

  const tick = (): void => {
    if (health.state === 'ready') {
      background.keep(clock.now());
      packing.pack(clock.now());
    }
    if (running || health.state === 'stopping') return;
    turnedAt = clock.running();
    const now = clock.now();
    if (now - lookedAt >= RETRY_FULL_MS || now < lookedAt) {
      lookedAt = now;
      if (!store.hasRoom()) {
        degrade(FULL);
        submit(1, (batch) => forgetOldIds(batch.draft, now), true).catch(() => {});
        background.keep(now);
        return;
      }
    } else if (health.state === 'degraded') return;
    background.recompute();
    background.finishReceivers();
    const due = deafSince !== null || agenda.isDue(now) || lookDue(alerting, now) || reportsDue(desk, now) || watch.slept() !== null;
    if (!due && health.state === 'ready' && now - lastCommitAt < ALIVE_EVERY_MS && !hasOldIds(store, now)) return;
    submit(1, (batch) => forgetOldIds(batch.draft, now), true).catch(() => {});
  };
  /** A store that cannot even be read is not mended by asking it again. */
  const watchfulTick = (): void => {
    try {
      tick();
    } catch (error) {
      degrade('The store failed: the daemon stops');
      log.error({ err: error }, 'the store cannot be read');
      options.onFatal(error);
    }
  };
  await begin();
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
    health: () => health,
    turnedAt: () => turnedAt,
    ingest: (events) =>
      submit(events.length, (batch) => ingest(batch, events)).then((results) => ({ epoch, seq: committed.seq(), results }) as IngestAnswer),
    importRows: (id, rows) => submit(rows.length, (batch) => importRows(batch, id, rows)),
    tryRows: (id, rows) => tryRows(store, books, clock.now(), id, rows),
    putOrganisation: (id, settings, by) => submit(1, (batch) => putOrganisation(batch, id, settings, by)),
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
      if (health.state === 'ready') await submit(1, () => {}).catch(() => {});
      health = { state: 'stopping', reasons: ['The daemon is stopping'] };
      await running;
    },
  };
}

function ingest(batch: Batch, events: LicenceEvent[]): EventResult[] {
  return events.map((event, index) => {
    const result = recordEvent(batch, event);
    countEvent(batch, event.type, result.reason ?? result.status);
    return { index, ...result };
  });
}
