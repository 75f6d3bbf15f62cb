/** The daemon, wired: what it needs comes in, a URL and a way to stop it come out. */
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Restore } from '../shared/backups.ts';
import { type Instant, parseInstant } from '../shared/time.ts';
import { createCloser } from './billing/closer.ts';
import { carefulClock } from './careful-clock.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { createForecaster } from './forecaster.ts';
import { createAuthenticator } from './http/auth.ts';
import type { Edge, Running } from './http/edge.ts';
import { createGuard } from './http/guard.ts';
import { HeldBodies } from './http/held-bodies.ts';
import { createMetrics } from './http/metrics.ts';
import { HttpProblem } from './http/problem.ts';
import { createRouter } from './http/router.ts';
import { closeHttpServer, createHttpServer, listen } from './http/server.ts';
import { cutOffSlowReaders } from './http/slow-readers.ts';
import { refuseBrokenRequests } from './http/socket-refusal.ts';
import { buildIdOf, loadStaticFiles } from './http/static.ts';
import { attachWebSockets } from './http/web-sockets.ts';
import { LiveHub } from './live/hub.ts';
import type { Log } from './log.ts';
import { packageRoot, packageVersion } from './package-root.ts';
import { createEventParser } from './parse/events.ts';
import { openPipeline } from './pipeline.ts';
import type { Health } from './pipeline-types.ts';
import { missingAfter } from './safekeeping/restore.ts';
import { openSafekeeping, type Safekeeping } from './safekeeping/safekeeping.ts';
import { reportsDirectory } from './saved-reports/files.ts';
import { createReportRunner } from './saved-reports/runner.ts';
import { type SteadyClock, steadyClock } from './steady-clock.ts';
import { markInitialised } from './store/data-file.ts';
import { faultOf } from './store/faults.ts';
import { openLmdbStore } from './store/lmdb.ts';
import type { Store } from './store/store.ts';
import type { Condition } from './systemd.ts';
import { Teardown } from './teardown.ts';
import { watchTokens } from './tokens.ts';
import { createTargetGuard } from './webhooks/guard.ts';
import { startHousekeeping } from './webhooks/housekeeping.ts';
import { createMailer } from './webhooks/mail.ts';
import { createPoster, type Poster } from './webhooks/post.ts';
import { startRefresh } from './webhooks/refresh.ts';
import { createSender } from './webhooks/send.ts';
import { startWatchdog } from './webhooks/watchdog.ts';
import { createWebhookWorker } from './webhooks/worker.ts';

/** Milliseconds after which a display that does not drain is cut off. */
const STUCK_MS = 10_000;
/** So long after books were restored whoever asks hears of it, in milliseconds. */
const TELL_RESTORE_MS = 7 * 86_400_000;

export interface AppParts {
  clock: Clock;
  randomId: () => string;
  log: Log;
  /** From 0 to 1. Default: the machine's. */
  random?: () => number;
  /** Default: the embedded store below `dataDir`, locked against a second daemon. */
  openStore?: () => Store | Promise<Store>;
  /** Puts the server on a network. Default: the address that is configured. @returns the port */
  listen?: (server: Server) => Promise<number>;
  /** What takes messages to their receivers. Default: HTTP, to where the configuration lets it go. */
  poster?: Poster;
  /** The store failed in a way that only a new process can mend. */
  onFatal: (error: unknown) => void;
}

export interface RunningApp {
  url: string;
  /** Whether it records, and when its line turned last. */
  condition(): Condition;
  /** Everything stopped in order; `false` when a step failed. No acknowledged event is lost either way. */
  close(): Promise<boolean>;
}

/** A clock that has to catch up with less is not worth a word. */
const TELL_AHEAD_MS = 1_000;

/** @throws when it cannot start; what had started is stopped again */
export async function createApp(config: Config, parts: AppParts): Promise<RunningApp> {
  const { log } = parts;
  const clock = steadyClock(parts.clock, (by, isFollowed) =>
    log.warn(
      { seconds: by / 1_000 },
      isFollowed
        ? 'the clock was set back by more than a day and is followed'
        : 'the clock was set back: time goes at half the speed until it has caught up',
    ),
  );
  const beside = carefulClock(clock, log);
  const teardown = new Teardown(clock, log);
  let running: Running | null = null;
  let keeping: Safekeeping | null = null;
  let stopping = false;
  let port = config.listen.port;
  const [files, version] = [loadStaticFiles(join(packageRoot(), 'dist', 'dashboard')), packageVersion()];
  const tokensUnreadable = (error: unknown) => log.error({ err: error }, 'tokens made or revoked since then are not in force');
  const edge: Edge = {
    config,
    clock: beside,
    log,
    parser: createEventParser(config.catalogue),
    guard: createGuard(config, () => port),
    auth: createAuthenticator(config.auth, config.auth ? watchTokens(config.dataDir, tokensUnreadable) : () => [], () => clock.now()),
    targets: createTargetGuard(config.webhooks.allowTargets),
    mailer: createMailer(config.email),
    bodies: new HeldBodies(config.limits.maxHeldBytes),
    health: () => health(running, stopping),
    notes: () => notes(running, clock),
    refused: (code) => running?.metrics.refused(code),
    running() {
      if (running && !stopping) return running;
      throw new HttpProblem(503, stopping ? 'stopping' : 'starting', stopping ? 'The daemon is stopping.' : 'The store is being opened.', {
        headers: { 'Retry-After': '1' },
      });
    },
  };

  try {
    // Listening comes first, so that whoever asks while a large store is opened hears that it is not ready yet.
    const server = createHttpServer(createRouter(edge, { files, version }), config.limits);
    refuseBrokenRequests(server, edge);
    teardown.add('slow readers', 1_000, cutOffSlowReaders(server, config.limits, edge));
    port = await (parts.listen?.(server) ?? listen(server, config.listen));
    const closeServer = () => closeHttpServer(server, clock);
    teardown.add('http server', 8_000, closeServer);
    const sockets = attachWebSockets(server, edge);
    teardown.add('web sockets', 4_000, () => sockets.close());

    if (!parts.openStore) keeping = await openSafekeeping(config, parts, teardown);
    const backups = keeping?.backups ?? null;
    const store = await (parts.openStore ? parts.openStore() : openLmdbStore(config.dataDir, config.store));
    teardown.add('store', 4_000, () => store.close());
    const { catalogue } = config;
    const { closeAfterHours, reviseAfterMinutes } = config.billing;
    const closing = { closeAfterMs: closeAfterHours * 3_600_000, reviseAfterMs: reviseAfterMinutes * 60_000 };
    clock.notBefore(store.get<Instant>('meta', ['lastCommitAt']) ?? Number.NEGATIVE_INFINITY);
    const pipeline = await openPipeline({
      store,
      clock,
      catalogue,
      log,
      closing,
      retention: config.retention,
      randomId: parts.randomId,
      onFatal: parts.onFatal,
    });
    if (!parts.openStore) markInitialised(config.dataDir);
    const { committed } = pipeline;
    const source = {
      epoch: committed.epoch,
      seq: () => committed.seq(),
      usage: (organisation: string) => committed.usage(organisation),
      alerts: (organisation: string) => pipeline.alerts.shown.live(organisation),
      notRecording: () => {
        const now = edge.health();
        return now.state === 'degraded' ? now.reasons : [];
      },
    };
    const { liveBufferSoftBytes: softBytes, liveBufferHardBytes: hardBytes, maxSubscriptionsPerConnection: subscriptions } = config.limits;
    const limits = { softBytes, hardBytes, stuckMs: STUCK_MS, subscriptions };
    const hub = new LiveHub(source, beside, { limits, buildId: buildIdOf(files, version) });
    const { shown, recordAttempt: record, coalesce } = pipeline.alerts;
    const metrics = createMetrics(
      committed,
      () => hub.clients,
      () => shown.everyWebhook(),
      backups,
    );
    const sender = createSender(parts.poster ?? createPoster(edge.targets), edge.mailer);
    const home = config.publicOrigins[0] ?? '';
    const worker = createWebhookWorker({
      clock: beside,
      log,
      record,
      coalesce,
      webhook: shown.webhook,
      isPending: shown.isPending,
      sender,
      retrySeconds: config.webhooks.retrySeconds,
      coalesceAfterMs: config.webhooks.coalesceAfterSeconds * 1000,
      random: parts.random ?? Math.random,
      home,
      count: (outcome) => metrics.delivery(outcome),
    });
    const runner = createReportRunner({
      clock: beside,
      log,
      committed,
      actions: pipeline.savedReports,
      directory: reportsDirectory(config),
    });
    const reasons = () => {
      const now = edge.health();
      return now.state === 'ready' ? [] : now.reasons;
    };
    const watchdog =
      config.watchdog &&
      startWatchdog({ settings: config.watchdog, clock: beside, log, sender, reasons, count: (outcome) => metrics.beat(outcome) });
    const stopListening = pipeline.onCommit((commit) => {
      watchdog?.committed(commit.seq);
      metrics.commit(commit);
      hub.commit(commit.changed);
      worker.take(commit.queued);
      runner.take(pipeline.savedReports.takeQueued());
      keeping?.note({ epoch: committed.epoch, seq: commit.seq, at: commit.at });
    });
    const stopHousekeeping = startHousekeeping(beside, () => pipeline.alerts.tidyReceivers());
    const closer = createCloser({ clock: beside, log, pipeline, times: closing });
    running = {
      pipeline,
      hub,
      metrics,
      closer,
      backups,
      verifier: keeping?.verifier ?? null,
      restores: store.get<Restore[]>('meta', ['restores']) ?? [],
    };

    teardown.add('pipeline', 5_000, () => pipeline.close());
    teardown.add('billing periods', 5_000, () => closer.stop());
    teardown.add('webhooks', 5_000, () => worker.close());
    const forecaster = createForecaster({ clock: beside, pipeline, log });
    teardown.add('forecaster', 5_000, () => forecaster.close());
    teardown.add('reports', 4_000, () => runner.close());
    // Also where the process that restored them was killed before it could say so.
    for (const restore of recent(running.restores, clock.now()))
      log.warn({ restore, missing: missingAfter(restore) }, 'books were restored from a backup in the last seven days');
    worker.take(shown.pending());
    runner.take(pipeline.savedReports.takeQueued());
    const stopRefresh = startRefresh({
      clock: beside,
      log,
      sender,
      home,
      hold: worker.hold,
      firing: shown.toldAlertmanagers,
      count: (outcome) => metrics.refresh(outcome),
    });
    teardown.add('alertmanagers', 1_000, stopRefresh);
    teardown.add('watchdog', 1_000, () => watchdog?.close());
    // Callers go first, then what they call: nothing that was taken is left without an answer.
    teardown.add('callers', 8_000, async () => {
      stopListening();
      stopHousekeeping();
      await Promise.all([closeServer(), hub.close(), sockets.close()]);
    });
  } catch (error) {
    await teardown.run();
    // A refusal in order is no sign of damage; what could not be read is.
    if (faultOf(error) !== 'data') keeping?.ended();
    throw error;
  }
  return {
    condition: () => ({ health: edge.health(), turnedAt: running?.pipeline.turnedAt() ?? 0 }),
    url: `http://${config.listen.host.includes(':') ? `[${config.listen.host}]` : config.listen.host}:${port}`,
    async close() {
      stopping = true;
      const well = await teardown.run();
      keeping?.ended();
      return well;
    },
  };
}

function health(running: Running | null, stopping: boolean): Health {
  if (stopping) return { state: 'stopping', reasons: ['The daemon is stopping'] };
  return running?.pipeline.health() ?? { state: 'starting', reasons: ['The store is being opened'] };
}

const recent = (restores: Restore[], now: Instant): Restore[] =>
  restores.filter(({ at }) => now - (parseInstant(at) ?? 0) < TELL_RESTORE_MS);

function notes(running: Running | null, clock: SteadyClock): string[] {
  if (!running) return [];
  const now = clock.now();
  const ahead = clock.ahead();
  const setBack =
    ahead < TELL_AHEAD_MS
      ? []
      : [`The clock was set back by ${Math.ceil(ahead / 1_000)} s: time goes at half the speed until it has caught up.`];
  const restored = recent(running.restores, now).map(
    (restore) => `Books were restored on ${restore.at} from ${restore.backup}. ${missingAfter(restore)}`,
  );
  return [...setBack, ...(running.backups?.notes() ?? []), ...(running.verifier?.notes() ?? []), ...restored];
}
