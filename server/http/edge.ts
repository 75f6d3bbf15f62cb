import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Restore } from '../../shared/backups.ts';
import type { ProblemCode } from '../../shared/problems.ts';
import type { Closer } from '../billing/closer.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { LiveHub } from '../live/hub.ts';
import type { Log } from '../log.ts';
import type { EventParser } from '../parse/events.ts';
import type { Health, Pipeline } from '../pipeline-types.ts';
import type { BackupKeeper } from '../safekeeping/keeper.ts';
import type { Verifier } from '../safekeeping/verifier.ts';
import type { TargetGuard } from '../webhooks/guard.ts';
import type { Mailer } from '../webhooks/mail.ts';
import type { Authenticator } from './auth.ts';
import type { Guard } from './guard.ts';
import type { HeldBodies } from './held-bodies.ts';
import type { Metrics } from './metrics.ts';

/** What exists once the store is open. */
export interface Running {
  pipeline: Pipeline;
  hub: LiveHub;
  metrics: Metrics;
  /** Null where the books are not kept on a disk. */
  backups: BackupKeeper | null;
  verifier: Verifier | null;
  /** Books that were put in the place of others, oldest first. */
  restores: Restore[];
  closer: Closer;
}

/** What every handler may use. */
export interface Edge {
  config: Config;
  clock: Clock;
  log: Log;
  parser: EventParser;
  guard: Guard;
  auth: Authenticator;
  /** Where webhooks may go. */
  targets: TargetGuard;
  mailer: Mailer;
  bodies: HeldBodies;
  health(): Health;
  /** Sentences about what somebody should look at though the daemon is ready. */
  notes(): string[];
  /** Counts a refusal, once there is something that counts. */
  refused(code: ProblemCode): void;
  /** @throws HttpProblem 503 before the store is open */
  running(): Running;
}

/** `by`: the name of the token of a request; null where none was needed. */
export type AppEnv = { Bindings: HttpBindings; Variables: { by: string | null } };
export type App = Hono<AppEnv>;
