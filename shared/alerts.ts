/** Words of alerts and webhooks, as they stand on the wire. */

/**
 * What a rule looks at. `concurrentAvailable`, `utilisation` and `secondsUntilFull` exist only where an entitlement is set; `feedAge` is of the
 * whole organisation. The last three look ahead: when the next pool is full at the present rate (at most a day), the mark that the billing period
 * is likely to have by tonight, and by how much today is likely to pass the present one.
 */
export const ALERT_METRICS = [
  'inUse',
  'concurrentUsed',
  'concurrentAvailable',
  'utilisation',
  'contingencyUsed',
  'overLimit',
  'billingPeriodPeak',
  'sessionAge',
  'feedAge',
  'secondsUntilFull',
  'billingPeriodPeakExpected',
  'billingPeriodPeakRiseExpected',
] as const;
export type AlertMetric = (typeof ALERT_METRICS)[number];

export const ALERT_OPS = ['>=', '>', '<=', '<'] as const;
export type AlertOp = (typeof ALERT_OPS)[number];

const COMPARE: Record<AlertOp, (value: number, limit: number) => boolean> = {
  '>=': (value, limit) => value >= limit,
  '>': (value, limit) => value > limit,
  '<=': (value, limit) => value <= limit,
  '<': (value, limit) => value < limit,
};

export const compares = (op: AlertOp, value: number, limit: number): boolean => COMPARE[op](value, limit);

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** In a rule's `licenceType`: every type, each with an alert of its own. */
export const EVERY_TYPE = '*';

export interface AlertRule {
  name: string;
  licenceType: string;
  metric: AlertMetric;
  op: AlertOp;
  threshold: number;
  /** While firing this is compared with instead, so that a value that wavers around the threshold does not flap. */
  clearThreshold?: number;
  /** So long the value must be there before it fires. */
  forSeconds: number;
  /** So long it goes on firing after the value has gone back. */
  keepFiringForSeconds: number;
  severity: Severity;
  annotations: Record<string, string>;
}

export interface AlertRuleView extends AlertRule {
  id: string;
  /** Why it cannot be evaluated at the moment; its alerts are unknown. */
  problem?: string;
}

/** States that are listed; an alert that is none of these is inactive and not there. */
export const ALERT_STATES = ['pending', 'firing', 'resolved', 'unknown'] as const;
export type AlertStateName = (typeof ALERT_STATES)[number];

/** The newest course of a rule for a licence type. */
export interface AlertView {
  /** Of this course; the next time the rule fires it is another. */
  id: string;
  /** Id of the rule. */
  rule: string;
  licenceType: string;
  state: AlertStateName;
  severity: Severity;
  /** As last looked at; null where the rule does not apply any more. */
  value: number | null;
  threshold: number;
  /** When the value first was there. */
  startsAt: string;
  endsAt: string | null;
  reason: string;
  acknowledgedBy?: string;
  acknowledgedAt?: string;
  note?: string;
  /** Id of a silence that keeps its webhooks back. */
  silencedBy?: string;
  /** Id of a mute time that does. */
  mutedBy?: string;
  /** Id of a worse alert about the same, which does. */
  inhibitedBy?: string;
  /** Those of the rule, placeholders filled in. */
  annotations: Record<string, string>;
  /** What is the matter, in one sentence. */
  summary: string;
  /** Of a rule that looks ahead: when it is likely to come. */
  expectedAt?: string;
  /** Messages about this course that wait, and that were given up. */
  deliveries: DeliveryCounts;
}

export interface DeliveryCounts {
  pending: number;
  failed: number;
}

/** What a rule would have done: one course of it. */
export interface TriedFiring {
  licenceType: string;
  /** When the value first was there. */
  startsAt: string;
  firedAt: string;
  /** Null: it still fired at the end of the range. */
  endsAt: string | null;
  /** Highest or lowest value met, whichever the rule warns of. */
  extreme: number | null;
}

export interface TriedRule {
  from: string;
  to: string;
  count: number;
  firings: TriedFiring[];
  /** Something of that past is still being worked out again, or changed while it was read. */
  provisional: boolean;
  /** Highwater was recording all the time. */
  complete: boolean;
  /** Not all firings are listed. */
  truncated: boolean;
}

/** One step of an alert's course. */
export interface AlertTransitionView {
  seq: number;
  at: string;
  alert: string;
  rule: string;
  licenceType: string;
  from: AlertStateName | 'inactive';
  to: AlertStateName | 'inactive';
  value: number | null;
  reason: string;
}

/** Which alerts are meant: all that are named must agree. */
export interface AlertMatchers {
  rule?: string;
  licenceType?: string;
  severity?: Severity;
}

export interface SilenceView {
  id: string;
  matchers: AlertMatchers;
  startsAt: string;
  endsAt: string;
  by: string;
  note: string;
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** On the organisation's clock, `HH:MM`. `to` at or before `from` is on the next day. */
export interface MuteTimeSpan {
  /** Days on which it begins; none: every day. */
  days: Weekday[];
  from: string;
  to: string;
}

/** When webhooks about some alerts are not wanted, week after week. */
export interface MuteTime {
  name: string;
  matchers: AlertMatchers;
  times: MuteTimeSpan[];
}

export interface MuteTimeView extends MuteTime {
  id: string;
  /** Whether it keeps messages back now, and until when. */
  activeUntil: string | null;
}

export const WEBHOOK_EVENTS = [
  'alert.firing',
  'alert.resolved',
  'alert.unknown',
  'peak.new',
  'contingency.entered',
  'contingency.left',
  'feed.silent',
  'feed.recovered',
  'billing-period.closed',
  'report.ready',
  'webhook.test',
] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number];

export const WEBHOOK_FORMATS = ['standard', 'alertmanager', 'slack', 'teams', 'pagerduty', 'email', 'alertmanager-v2', 'template'] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

/** Their receivers check no signature. */
export const FORMATS_WITHOUT_SECRET: readonly WebhookFormat[] = ['email', 'alertmanager-v2'];

/** What a receiver of a format can hear of at all: an Alertmanager knows alerts only. */
export const carries = (format: WebhookFormat, type: WebhookEventType): boolean =>
  format !== 'alertmanager-v2' || type.startsWith('alert.') || type === 'webhook.test';

/** What alerts of one message may share. */
export const GROUP_LABELS = ['rule', 'licenceType', 'severity'] as const;
export type GroupLabel = (typeof GROUP_LABELS)[number];

/** A body of one's own: a Liquid template, and what it makes. */
export interface WebhookTemplate {
  contentType: string;
  body: string;
}

/** What a receiver would get. */
export interface WebhookPreview {
  format: WebhookFormat;
  type: WebhookEventType;
  contentType: string;
  body: string;
  /** Of e-mail. */
  subject?: string;
  html?: string;
}

/** What `GET` gives of a webhook: never the secret. */
export interface WebhookView {
  id: string;
  url: string;
  format: WebhookFormat;
  /** Empty: all. */
  events: WebhookEventType[];
  enabled: boolean;
  /** Of format `template`. */
  template?: WebhookTemplate;
  /** Why Highwater itself turned it off. */
  disabledReason?: string;
  /** After a rotation: until when messages carry a signature of the old secret too. */
  oldSecretEndsAt?: string;
  /** Alerts that agree in these are told in one message, none named: all of them; absent: each by itself. */
  groupBy?: GroupLabel[];
  /** So long more steps are waited for. */
  groupWaitSeconds?: number;
  /** What still fires after so long is told again. */
  repeatIntervalSeconds?: number;
  /** Messages that wait, and messages that were given up. */
  pending: number;
  failed: number;
  lastDeliveredAt: string | null;
  /** What the newest attempt came to if it failed. */
  lastError: string | null;
  /** How long the oldest message has been waiting; 0: none waits. */
  behindSeconds: number;
}

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export interface AttemptView {
  at: string;
  /** HTTP status of the answer, where there was one. */
  status?: number;
  error?: string;
}

export interface DeliveryView {
  /** The `webhook-id`: the same over all attempts. */
  id: string;
  webhookId: string;
  type: WebhookEventType;
  status: DeliveryStatus;
  attempts: AttemptView[];
  nextAttemptAt: string | null;
  /** Of `failed`: it was not sent, because the receiver was behind and this later message says how things stand. */
  coalescedInto?: string;
}

/** What `retry-failed` came to. */
export interface RetriedView {
  queued: number;
  /** Left as they are: a later message about the same thing has arrived, or took their place. */
  overtaken: number;
  /** There are more: ask again. */
  more: boolean;
}

/** What went over the wire in one attempt, without secrets, and the beginning of what came back; null: no answer. */
export interface ExchangeView {
  durationMs: number;
  request: { method: string; url: string; headers: Record<string, string>; body: string };
  response: { status: number; body: string } | null;
}

/** One message with what was sent and answered, as far back as that is kept. */
export interface DeliveryDetailView extends DeliveryView {
  /** When it was queued. */
  at: string;
  data: Record<string, unknown>;
  attempts: (AttemptView & Partial<ExchangeView>)[];
}
