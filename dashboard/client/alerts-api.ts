import type {
  AlertMatchers,
  AlertRule,
  AlertRuleView,
  AlertTransitionView,
  AlertView,
  DeliveryDetailView,
  DeliveryView,
  GroupLabel,
  MuteTime,
  MuteTimeView,
  RetriedView,
  SilenceView,
  TriedRule,
  WebhookEventType,
  WebhookFormat,
  WebhookPreview,
  WebhookTemplate,
  WebhookView,
} from '../../shared/alerts.ts';
import type { Page } from '../../shared/views.ts';
import { type Http, pathOf, type Query } from './http.ts';

/** A receiver as it is set. */
export interface Receiver {
  /** Of e-mail it is `to`. */
  url?: string;
  to?: string[];
  format: WebhookFormat;
  /** None named: all. */
  events: WebhookEventType[];
  enabled: boolean;
  secret?: string;
  template?: WebhookTemplate;
  groupBy?: GroupLabel[];
  groupWaitSeconds?: number;
  repeatIntervalSeconds?: number;
}

export interface SilenceOrder {
  matchers: AlertMatchers;
  endsAt: string;
  by: string;
  note: string;
}

/** What an administrator and a supervisor do about alerts. Ids go into paths as they are. */
export interface AlertsApi {
  alerts(organisation: string, signal?: AbortSignal): Promise<AlertView[]>;
  acknowledge(organisation: string, alert: string, by: string, note: string): Promise<void>;
  history(organisation: string, query: Query, signal?: AbortSignal): Promise<Page<AlertTransitionView>>;
  rules(organisation: string, signal?: AbortSignal): Promise<{ items: AlertRuleView[]; defaults: AlertRuleView[] }>;
  putRule(organisation: string, rule: string, terms: AlertRule): Promise<void>;
  deleteRule(organisation: string, rule: string): Promise<void>;
  /** Takes over the usual rules; those of the same id stay as they are. */
  takeOverDefaults(organisation: string): Promise<void>;
  tryRule(organisation: string, terms: AlertRule, from: string, to: string, signal?: AbortSignal): Promise<TriedRule>;
  silences(organisation: string, signal?: AbortSignal): Promise<SilenceView[]>;
  addSilence(organisation: string, silence: SilenceOrder): Promise<void>;
  endSilence(organisation: string, silence: string): Promise<void>;
  muteTimes(organisation: string, signal?: AbortSignal): Promise<MuteTimeView[]>;
  addMuteTime(organisation: string, terms: MuteTime): Promise<void>;
  deleteMuteTime(organisation: string, muteTime: string): Promise<void>;
  receivers(organisation: string, signal?: AbortSignal): Promise<WebhookView[]>;
  /** Resolves with the secret where the daemon made one: it is shown this once. */
  putReceiver(organisation: string, receiver: string, terms: Receiver): Promise<string | null>;
  deleteReceiver(organisation: string, receiver: string): Promise<void>;
  /** Resolves with the secret where the daemon made one. */
  rotateSecret(organisation: string, receiver: string, order: { secret?: string; validForSeconds: number }): Promise<string | null>;
  test(organisation: string, receiver: string): Promise<DeliveryView>;
  deliveries(organisation: string, receiver: string, query: Query, signal?: AbortSignal): Promise<Page<DeliveryView>>;
  delivery(organisation: string, receiver: string, delivery: string, signal?: AbortSignal): Promise<DeliveryDetailView>;
  /** What a receiver of this format would get; nothing is sent. */
  preview(organisation: string, format: WebhookFormat, template: WebhookTemplate | undefined): Promise<WebhookPreview>;
  /** A part of what was given up, in order; `more`: ask again. */
  retryFailed(organisation: string, receiver: string): Promise<RetriedView>;
  retry(organisation: string, receiver: string, delivery: string): Promise<void>;
}

export function createAlertsApi({ get, post, put, remove, send }: Http): AlertsApi {
  const at = (organisation: string, ...parts: string[]) =>
    pathOf(organisation, parts.map((part) => `/${encodeURIComponent(part)}`).join(''));
  const items = async <T>(path: string, signal?: AbortSignal) => (await get<{ items: T[] }>(path, signal)).items;
  const secretIn = (answer: { secret?: string }) => answer.secret ?? null;
  const sendSecret = async (method: 'PUT' | 'POST', path: string, body: unknown) => {
    const init = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
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
    addMuteTime: async (organisation, terms) => void (await post(at(organisation, 'mute-times'), terms)),
    deleteMuteTime: (organisation, muteTime) => remove(at(organisation, 'mute-times', muteTime)),
    receivers: (organisation, signal) => items(at(organisation, 'webhooks'), signal),
    putReceiver: (organisation, receiver, terms) => sendSecret('PUT', at(organisation, 'webhooks', receiver), terms),
    deleteReceiver: (organisation, receiver) => remove(at(organisation, 'webhooks', receiver)),
    rotateSecret: (organisation, receiver, order) => sendSecret('POST', at(organisation, 'webhooks', receiver, 'rotate-secret'), order),
    test: async (organisation, receiver) =>
      (await send(at(organisation, 'webhooks', receiver, 'test'), { method: 'POST' })).json() as Promise<DeliveryView>,
    deliveries: (organisation, receiver, query, signal) =>
      get(pathOf(organisation, `/webhooks/${encodeURIComponent(receiver)}/deliveries`, query), signal),
    delivery: (organisation, receiver, delivery, signal) => get(at(organisation, 'webhooks', receiver, 'deliveries', delivery), signal),
    preview: (organisation, format, template) => post(at(organisation, 'webhooks', 'preview'), { format, ...(template && { template }) }),
    retryFailed: (organisation, receiver) => post(at(organisation, 'webhooks', receiver, 'retry-failed'), {}),
    retry: async (organisation, receiver, delivery) =>
      void (await send(at(organisation, 'webhooks', receiver, 'deliveries', delivery, 'retry'), { method: 'POST' })),
  };
}
