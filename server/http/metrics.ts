import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ProblemCode } from '../../shared/problems.ts';
import type { Commit, Committed } from '../pipeline-types.ts';
import type { BackupKeeper } from '../safekeeping/keeper.ts';
import { plainly } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { streamText } from './json-stream.ts';
import { organisationMetrics } from './organisation-metrics.ts';
import { createReceiverGauges, type Receivers } from './webhook-metrics.ts';

export interface Metrics {
  commit(commit: Commit): void;
  /** An attempt to reach a webhook's receiver. */
  delivery(outcome: 'delivered' | 'failed' | 'gone'): void;
  /** An Alertmanager was told which alerts still fire. */
  refresh(outcome: 'sent' | 'failed'): void;
  /** A beat to the outside, or none because nothing is recorded. */
  beat(outcome: 'sent' | 'failed' | 'withheld'): void;
  /** A request or a handshake that was refused, by the code of its problem. */
  refused(code: ProblemCode): void;
  /** The text that Prometheus scrapes, in pieces. */
  scrape(): AsyncGenerator<string, void, void>;
  contentType: string;
}

type Backups = Pick<BackupKeeper, 'counts'>;

/**
 * Counters move with each commit; gauges are read from committed state when somebody asks, so they are never old (those of organisations
 * and licence types: organisation-metrics.ts).
 * Labels are organisations and licence types, of which there are few; users and devices never are.
 */
export function createMetrics(committed: Committed, clients: () => number, receivers: Receivers, backups: Backups | null): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const events = new Counter({
    name: 'highwater_events_total',
    help: 'Events by type and outcome',
    labelNames: ['type', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'highwater_commit_seconds',
    help: 'Time from the start of a transaction to its return',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const deliveries = new Counter({
    name: 'highwater_webhook_deliveries_total',
    help: 'Attempts to deliver a webhook by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const evaluations = new Counter({
    name: 'highwater_alert_evaluation_failures_total',
    help: 'Alerts that could not be evaluated, and receivers that could not be told: a defect, with a line in the log when it is new',
    labelNames: ['organisation'],
    registers,
  });
  const refreshes = new Counter({
    name: 'highwater_alertmanager_refreshes_total',
    help: 'Requests that told an Alertmanager which alerts still fire, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const beats = new Counter({
    name: 'highwater_watchdog_beats_total',
    help: 'Beats to the watchdog by outcome; withheld: nothing is recorded at the moment',
    labelNames: ['outcome'],
    registers,
  });
  const refused = new Counter({
    name: 'highwater_refused_total',
    help: 'Requests and handshakes that were refused, by the code of the problem',
    labelNames: ['reason'],
    registers,
  });
  const gauge = (name: string, help: string) => new Gauge({ name: `highwater_${name}`, help, registers });
  const live = gauge('live_clients', 'Connected displays');
  const backedUp = backups && gauge('backup_last_success_timestamp_seconds', 'When the newest good backup was begun');
  const backupFailures =
    backups && new Counter({ name: 'highwater_backup_failures_total', help: 'Backups that could not be made', registers });

  const collectReceivers = createReceiverGauges(registers, receivers);

  function collect(): void {
    collectReceivers();
    live.set(clients());
    collectBackups();
  }

  function collectBackups(): void {
    if (!backups) return;
    const { lastSuccessAt, failures } = backups.counts();
    backedUp?.reset();
    if (lastSuccessAt !== null) backedUp?.set(lastSuccessAt / 1000);
    backupFailures?.reset();
    backupFailures?.inc(failures);
  }

  return {
    commit(commit) {
      seconds.observe(commit.seconds);
      for (const { type, outcome, count } of commit.events) events.inc({ type, outcome }, count);
      for (const { organisation } of commit.failures) evaluations.inc({ organisation });
    },
    delivery: (outcome) => deliveries.inc({ outcome }),
    refresh: (outcome) => refreshes.inc({ outcome }),
    beat: (outcome) => beats.inc({ outcome }),
    refused: (reason) => refused.inc({ reason }),
    contentType: registry.contentType,
    async *scrape() {
      yield* organisationMetrics(committed);
      collect();
      yield await registry.metrics();
    },
  };
}

export function metricRoutes(app: App, edge: Edge): void {
  const doc = plainly('Metrics for Prometheus', {
    200: { description: 'The text format', content: { 'text/plain': { schema: { type: 'string' } } } },
  });
  app.get('/metrics', doc, () => {
    const { metrics } = edge.running();
    return streamText(edge, metrics.scrape(), { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' });
  });
}
