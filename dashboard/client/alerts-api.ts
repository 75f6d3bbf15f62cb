import type {
  AlertRule,
  AlertRuleView,
  AlertTransitionView,
  AlertView,
  DeliveryView,
  SilenceMatchers,
  SilenceView,
  WebhookEventType,
  WebhookFormat,
  WebhookView,
} from '../../shared/alerts.ts';
import type { Page } from '../../shared/views.ts';
import { type Http, pathOf, type Query } from './http.ts';

/** When a rule would have fired. */
export interface TryAnswer {
  from: string;
  to: string;
  count: number;
  firings: { licenceType: string; startsAt: string; endsAt: string | null; extreme: number }[];
  complete: boolean;
  truncated: boolean;
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Local times of the organisation; `to` not after `from`: into the next day. */
export interface MuteSpan {
  days: Weekday[];
  from: string;
  to: string;
}

/** Hours of the week in which nothing is sent. */
export interface MuteTime {
  name: string;
  matchers: SilenceMatchers;
  times: MuteSpan[];
}

export interface MuteTimeView extends MuteTime {
  id: string;
}

/** An alert with all that is known about it. */
export interface AlertDetail extends AlertView {
  mutedBy?: string;
  /** Id of an alert that makes this one go without saying. */
  inhibitedBy?: string;
  annotations?: Record<string, string>;
  summary?: string;
  deliveries?: { pending: number; failed: number };
}

/** A receiver as it is set; which fields count depends on the format. */
export interface Receiver {
  url: string;
  format: ReceiverFormat;
  events: WebhookEventType[];
  enabled: boolean;
  secret?: string;
  template?: string;
  contentType?: string;
  groupBy?: string[];
  groupWaitSeconds?: number;
  groupIntervalSeconds?: number;
  repeatIntervalSeconds?: number;
}
export type ReceiverFormat = WebhookFormat | 'email' | 'alertmanager-v2' | 'template';

/** A receiver as it is shown, with its health. */
export interface ReceiverView extends Omit<WebhookView, 'format'>, Omit<Receiver, 'secret' | 'url' | 'events' | 'enabled'> {
  secretRotation?: { until: string } | null;
  counts?: { pending: number; delivered: number; failed: number };
  lastDeliveredAt?: string | null;
  lastError?: string | null;
}

export interface DeliveryDetail extends DeliveryView {
  body?: unknown;
  answer?: { status?: number; body?: string } | null;
}

export interface SilenceOrder {
  matchers: SilenceMatchers;
  endsAt: string;
  by: string;
  note: string;
}

/** What an administrator and a supervisor do about alerts. Ids go into paths as they are. */
export interface AlertsApi {
  alerts(organisation: string, signal?: AbortSignal): Promise<AlertDetail[]>;
  acknowledge(organisation: string, alert: string, by: string, note: string): Promise<void>;
  history(organisation: string, query: Query, signal?: AbortSignal): Promise<Page<AlertTransitionView>>;
  rules(organisation: string, signal?: AbortSignal): Promise<{ items: AlertRuleView[]; defaults: AlertRuleView[] }>;
  putRule(organisation: string, rule: string, terms: AlertRule): Promise<void>;
  deleteRule(organisation: string, rule: string): Promise<void>;
  /** Takes over the usual rules; those of the same id stay as they are. */
  takeOverDefaults(organisation: string): Promise<void>;
  tryRule(organisation: string, terms: AlertRule, from: string, to: string, signal?: AbortSignal): Promise<TryAnswer>;
  silences(organisation: string, signal?: AbortSignal): Promise<SilenceView[]>;
  addSilence(organisation: string, silence: SilenceOrder): Promise<void>;
  endSilence(organisation: string, silence: string): Promise<void>;
  muteTimes(organisation: string, signal?: AbortSignal): Promise<MuteTimeView[]>;
  putMuteTime(organisation: string, muteTime: string, terms: MuteTime): Promise<void>;
  deleteMuteTime(organisation: string, muteTime: string): Promise<void>;
  receivers(organisation: string, signal?: AbortSignal): Promise<ReceiverView[]>;
  receiver(organisation: string, receiver: string, signal?: AbortSignal): Promise<ReceiverView>;
  /** Resolves with the secret where the daemon made one: it is shown this once. */
  putReceiver(organisation: string, receiver: string, terms: Receiver): Promise<string | null>;
  deleteReceiver(organisation: string, receiver: string): Promise<void>;
  rotateSecret(organisation: string, receiver: string): Promise<string | null>;
  preview(organisation: string, receiver: string): Promise<unknown>;
  test(organisation: string, receiver: string): Promise<DeliveryView>;
  deliveries(organisation: string, receiver: string, query: Query, signal?: AbortSignal): Promise<Page<DeliveryView>>;
  delivery(organisation: string, receiver: string, delivery: string, signal?: AbortSignal): Promise<DeliveryDetail>;
  retry(organisation: string, receiver: string, delivery: string): Promise<void>;
  /** Resolves with how many are tried again. */
  retryFailed(organisation: string, receiver: string): Promise<number | null>;
}

export function createAlertsApi({ get, post, put, remove, send }: Http): AlertsApi {
  const at = (organisation: string, ...parts: string[]) => pathOf(organisation, parts.map((part) => `/${encodeURIComponent(part)}`).join(''));
  const items = async <T>(path: string, signal?: AbortSignal) => (await get<{ items: T[] }>(path, signal)).items;
  const secretIn = (answer: { secret?: string }) => answer.secret ?? null;
  const putSecret = async (path: string, body: unknown) => {
    const init = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return secretIn((await (await send(path, init)).json()) as { secret?: string });
  };

  return {
    alerts: (organisation, signal) => items(at(organisation, 'alerts'), signal),
    acknowledge: async (organisation, alert, by, note) =>
      void (await post(at(organisation, 'alerts', alert, 'acknowledge'), { by, ...(note === '' ? {} : { note }) })),
    history: (organisation, query, signal) => get(pathOf(organisation, '/alert-history', query), signal),
    rules: (organisation, signal) => get(at(organisation, 'alert-rules'), signal),
    putRule: (organisation, rule, terms) => put(at(organisation, 'alert-rules', rule), terms),
    deleteRule: (organisation, rule) => remove(at(organisation, 'alert-rules', rule)),
    takeOverDefaults: async (organisation) => void (await send(at(organisation, 'alert-rules', 'defaults'), { method: 'POST' })),
    tryRule: (organisation, terms, from, to, signal) => post(at(organisation, 'alert-rules', 'try'), { ...terms, from, to }, signal),
    silences: (organisation, signal) => items(at(organisation, 'silences'), signal),
    addSilence: async (organisation, silence) => void (await post(at(organisation, 'silences'), silence)),
    endSilence: (organisation, silence) => remove(at(organisation, 'silences', silence)),
    muteTimes: (organisation, signal) => items(at(organisation, 'mute-times'), signal),
    putMuteTime: (organisation, muteTime, terms) => put(at(organisation, 'mute-times', muteTime), terms),
    deleteMuteTime: (organisation, muteTime) => remove(at(organisation, 'mute-times', muteTime)),
    receivers: (organisation, signal) => items(at(organisation, 'webhooks'), signal),
    receiver: (organisation, receiver, signal) => get(at(organisation, 'webhooks', receiver), signal),
    putReceiver: (organisation, receiver, terms) => putSecret(at(organisation, 'webhooks', receiver), terms),
    deleteReceiver: (organisation, receiver) => remove(at(organisation, 'webhooks', receiver)),
    rotateSecret: async (organisation, receiver) =>
      secretIn(await post<{ secret?: string }>(at(organisation, 'webhooks', receiver, 'rotate-secret'), {})),
    preview: (organisation, receiver) => post(at(organisation, 'webhooks', receiver, 'preview'), {}),
    test: async (organisation, receiver) =>
      (await send(at(organisation, 'webhooks', receiver, 'test'), { method: 'POST' })).json() as Promise<DeliveryView>,
    deliveries: (organisation, receiver, query, signal) =>
      get(pathOf(organisation, `/webhooks/${encodeURIComponent(receiver)}/deliveries`, query), signal),
    delivery: (organisation, receiver, delivery, signal) => get(at(organisation, 'webhooks', receiver, 'deliveries', delivery), signal),
    retry: async (organisation, receiver, delivery) =>
      void (await send(at(organisation, 'webhooks', receiver, 'deliveries', delivery, 'retry'), { method: 'POST' })),
    retryFailed: async (organisation, receiver) => {
      const answer = await send(at(organisation, 'webhooks', receiver, 'retry-failed'), { method: 'POST' });
      const { count, retried } = (await answer.json()) as { count?: number; retried?: number };
      return count ?? retried ?? null;
    },
  };
}
