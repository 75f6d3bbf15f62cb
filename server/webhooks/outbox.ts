/** What has to reach a receiver: written in the transaction of its cause, kept with every attempt until long after. */
import {
  carries,
  type DeliveryStatus,
  type GroupLabel,
  type WebhookEventType,
  type WebhookFormat,
  type WebhookTemplate,
} from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';

/** A receiver, as the store holds it. */
export interface Webhook {
  id: string;
  url: string;
  format: WebhookFormat;
  /** `whsec_` and base64; of PagerDuty the routing key. */
  secret: string;
  /** Secrets that were replaced and still sign until their end, the newest first. */
  oldSecrets?: OldSecret[];
  /** Empty: all. */
  events: WebhookEventType[];
  enabled: boolean;
  /** Why Highwater itself turned it off, or null. */
  disabledReason: string | null;
  /** Of format `template`. */
  template?: WebhookTemplate;
  /** Alerts that agree in these are told in one message; absent: each by itself. */
  groupBy?: readonly GroupLabel[];
  /** So long steps are collected before the message goes out. */
  groupWaitSeconds?: number;
  /** What still fires after so long is told again; absent: never. */
  repeatIntervalSeconds?: number;
}

export interface OldSecret {
  secret: string;
  /** From here on it does not sign any more. */
  endsAt: Instant;
}

export interface Attempt {
  at: Instant;
  /** HTTP status, or null where there was no answer. */
  status: number | null;
  error: string | null;
}

export interface Delivery {
  /** The `webhook-id`. */
  id: string;
  /** Position in the outbox; of two messages about one thing the lower goes first. */
  n: number;
  organisation: string;
  webhook: string;
  type: WebhookEventType;
  /** What it is about: messages about one thing reach a receiver in order. */
  about: string;
  at: Instant;
  data: Record<string, unknown>;
  status: DeliveryStatus;
  attempts: Attempt[];
  /** Attempts since it was queued, or queued again. */
  tries: number;
  nextAttemptAt: Instant | null;
  /** `failed` without a further attempt, because this later message says how things stand; its `webhook-id`. */
  coalescedInto?: string;
}

/** What went over the wire in one attempt, without secrets and cut to a length, and what came back. Its instant is the attempt's. */
export interface Exchange {
  durationMs: number;
  request: { method: string; url: string; headers: Record<string, string>; body: string };
  /** Null where there was no answer. */
  response: { status: number; body: string } | null;
}

/** How it goes with one receiver, kept with its deliveries, so that a list of receivers reads no deliveries. */
export interface ReceiverStats {
  pending: number;
  failed: number;
  /** Exchanges that are kept. */
  exchanges: number;
  lastDeliveredAt: Instant | null;
  /** What the newest attempt came to if it failed. */
  lastError: string | null;
}

/** What a receiver that forgets was told of, and what is not over. */
export interface StillFiring {
  organisation: string;
  webhook: Webhook;
  alerts: Pick<Delivery, 'about' | 'type' | 'data'>[];
}

/** Attempts that are kept of one delivery, the newest. */
const KEPT_ATTEMPTS = 50;

/** Of two of these about one thing, the later says how it stands. A message about several alerts is about them all. */
const STATES: ReadonlySet<WebhookEventType> = new Set([
  'alert.firing',
  'alert.unknown',
  'alert.resolved',
  'peak.new',
  'contingency.entered',
  'contingency.left',
  'feed.silent',
  'feed.recovered',
]);
export const saysHowItStands = ({ type, data }: Delivery): boolean => STATES.has(type) && !Array.isArray(data['alerts']);

/** Nobody has to look after it: neither is it to be made, nor did it fail. */
export const isSettled = ({ status, coalescedInto }: Delivery): boolean => status === 'delivered' || coalescedInto !== undefined;

export const wants = ({ format, events }: Webhook, type: WebhookEventType): boolean =>
  carries(format, type) && (events.length === 0 || events.includes(type));

/** What an attempt came to. */
export type Outcome = {
  kind: 'delivered' | 'gone' | 'failed';
  attempt: Attempt;
  retryAfterMs?: number;
  /** Trying this one again would bring the same. */
  final?: boolean;
};

/** The delivery after an attempt. @param jitter from 0 to 1 */
export function afterAttempt(delivery: Delivery, outcome: Outcome, retrySeconds: readonly number[], jitter: number): Delivery {
  const attempts = [...delivery.attempts, outcome.attempt].slice(-KEPT_ATTEMPTS);
  const tries = delivery.tries + 1;
  const done = { ...delivery, attempts, tries, nextAttemptAt: null };
  if (outcome.kind === 'delivered') return { ...done, status: 'delivered' };
  const wait = retrySeconds[tries - 1];
  if (outcome.kind === 'gone' || outcome.final || wait === undefined) return { ...done, status: 'failed' };
  // Jitter only ever makes it later: a receiver that is down is not helped by being asked sooner.
  const after = Math.max(wait * 1000 * (1 + jitter / 10), outcome.retryAfterMs ?? 0);
  return { ...done, status: 'pending', nextAttemptAt: outcome.attempt.at + Math.ceil(after) };
}

export const coalesced = (delivery: Delivery, into: string): Delivery => ({
  ...delivery,
  status: 'failed',
  nextAttemptAt: null,
  coalescedInto: into,
});

export const queuedAgain = ({ coalescedInto: _, ...delivery }: Delivery, now: Instant): Delivery => ({
  ...delivery,
  status: 'pending',
  tries: 0,
  nextAttemptAt: now,
});
