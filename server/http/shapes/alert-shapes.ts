import {
  ALERT_METRICS,
  ALERT_OPS,
  ALERT_STATES,
  type AlertMatchers,
  type AlertRuleView,
  type AlertTransitionView,
  type AlertView,
  type AttemptView,
  DELIVERY_STATUSES,
  type DeliveryCounts,
  type DeliveryDetailView,
  type DeliveryView,
  type ExchangeView,
  GROUP_LABELS,
  type MuteTimeSpan,
  type MuteTimeView,
  type RetriedView,
  SEVERITIES,
  type SilenceView,
  type TriedFiring,
  type TriedRule,
  WEBHOOK_EVENTS,
  WEBHOOK_FORMATS,
  WEEKDAYS,
  type WebhookPreview,
  type WebhookTemplate,
  type WebhookView,
} from '../../../shared/alerts.ts';
import { anything, byName, count, flag, instant, items, list, number, object, oneOf, orNull, page, text, told } from './schema.ts';

const severity = oneOf(SEVERITIES);
const rule = object<AlertRuleView>(
  {
    id: text,
    name: text,
    licenceType: text,
    metric: oneOf(ALERT_METRICS),
    op: oneOf(ALERT_OPS),
    threshold: number,
    forSeconds: number,
    keepFiringForSeconds: number,
    severity,
    annotations: byName(text),
  },
  { clearThreshold: number, problem: text },
);
const alert = object<AlertView>(
  {
    id: text,
    rule: text,
    licenceType: text,
    state: oneOf(ALERT_STATES),
    severity,
    value: orNull(number),
    threshold: number,
    startsAt: instant,
    endsAt: orNull(instant),
    reason: text,
    annotations: byName(text),
    summary: text,
    deliveries: object<DeliveryCounts>({ pending: count, failed: count }),
  },
  { acknowledgedBy: text, acknowledgedAt: instant, note: text, silencedBy: text, mutedBy: text, inhibitedBy: text, expectedAt: instant },
);
const step = oneOf([...ALERT_STATES, 'inactive']);
const matchers = object<AlertMatchers>({}, { rule: text, licenceType: text, severity });
const silence = object<SilenceView>({ id: text, matchers, startsAt: instant, endsAt: instant, by: text, note: text });
const muteTime = object<MuteTimeView>({
  id: text,
  name: text,
  matchers,
  times: list(object<MuteTimeSpan>({ days: list(oneOf(WEEKDAYS)), from: text, to: text })),
  activeUntil: orNull(instant),
});

const type = oneOf(WEBHOOK_EVENTS);
const format = oneOf(WEBHOOK_FORMATS);
const webhook = object<WebhookView & { secret?: string }>(
  {
    id: text,
    url: text,
    format,
    events: list(type),
    enabled: flag,
    pending: count,
    failed: count,
    lastDeliveredAt: orNull(instant),
    lastError: orNull(text),
    behindSeconds: number,
  },
  {
    secret: told(text, 'One that was made; shown this once'),
    template: object<WebhookTemplate>({ contentType: text, body: text }),
    disabledReason: text,
    oldSecretEndsAt: instant,
    groupBy: list(oneOf(GROUP_LABELS)),
    groupWaitSeconds: number,
    repeatIntervalSeconds: number,
  },
);
const attempt = { at: instant };
const outcome = { status: count, error: text };
const delivery = { id: text, webhookId: text, type, status: oneOf(DELIVERY_STATUSES), nextAttemptAt: orNull(instant) };
const exchange = {
  durationMs: number,
  request: object<ExchangeView['request']>({ method: text, url: text, headers: byName(text), body: text }),
  response: orNull(object<NonNullable<ExchangeView['response']>>({ status: count, body: text })),
};
const plainDelivery = object<DeliveryView>({ ...delivery, attempts: list(object<AttemptView>(attempt, outcome)) }, { coalescedInto: text });

export const ALERT_SHAPES = {
  alertRule: rule,
  alertRules: object<{ items: unknown; defaults: unknown }>({ items: list(rule), defaults: list(rule) }),
  rulesAdded: object<{ items: unknown; added: string[] }>({ items: list(rule), added: list(text) }),
  triedRule: object<TriedRule>({
    from: instant,
    to: instant,
    count,
    firings: list(
      object<TriedFiring>({ licenceType: text, startsAt: instant, firedAt: instant, endsAt: orNull(instant), extreme: orNull(number) }),
    ),
    provisional: flag,
    complete: flag,
    truncated: flag,
  }),
  alert,
  alerts: items(alert),
  alertHistory: page(
    object<AlertTransitionView>({
      seq: count,
      at: instant,
      alert: text,
      rule: text,
      licenceType: text,
      from: step,
      to: step,
      value: orNull(number),
      reason: text,
    }),
  ),
  silence,
  silences: items(silence),
  muteTime,
  muteTimes: items(muteTime),
  webhook,
  webhooks: items(webhook),
  webhookPreview: object<WebhookPreview>({ format, type, contentType: text, body: text }, { subject: text, html: text }),
  delivery: plainDelivery,
  deliveries: page(plainDelivery),
  deliveryDetail: object<DeliveryDetailView>(
    {
      ...delivery,
      at: instant,
      data: byName(anything),
      attempts: list(object<AttemptView & Partial<ExchangeView>>(attempt, { ...outcome, ...exchange })),
    },
    { coalescedInto: text },
  ),
  retried: object<RetriedView>({ queued: count, overtaken: count, more: flag }),
};
