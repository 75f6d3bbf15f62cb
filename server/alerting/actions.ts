/** Alerts and receivers as the edge sees them: what may be said about them, and what is committed. */
import type { AlertMatchers, AlertRule, MuteTime, RetriedView, SilenceView } from '../../shared/alerts.ts';
import type { ForecastView } from '../../shared/forecast.ts';
import type { Instant } from '../../shared/time.ts';
import type { Batch } from '../books/batch.ts';
import type { Reader } from '../store/store.ts';
import type { Delivery, Exchange, Outcome, Webhook } from '../webhooks/outbox.ts';
import {
  acknowledge,
  addMuteTime,
  addSilence,
  deleteMuteTime,
  deleteRule,
  deleteSilence,
  foretell,
  putMuteTime,
  putRule,
} from './administration.ts';
import { coalesce, recordAttempt } from './deliveries.ts';
import { isForetellingDue } from './foresight.ts';
import { tidyReceivers } from './forgetting.ts';
import { type GivenWebhook, putWebhook, retryDelivery, rotateSecret, testWebhook } from './receivers.ts';
import { deleteWebhook, finishPiece, isUnfinished } from './removal.ts';
import { findFailed, type QueuedWithin, queueFailed, retryFailed } from './retry-failed.ts';
import { type ShownAlerts, silenceView } from './shown.ts';
import type { Alerting } from './watched.ts';

/** The organisation exists: the caller looked. Answers come when it is on disk. */
export interface AlertActions {
  readonly shown: ShownAlerts;
  putRules(organisation: string, rules: readonly { id: string; rule: AlertRule }[]): Promise<void>;
  /** Whether there was such a rule; so do the other removals. */
  deleteRule(organisation: string, id: string): Promise<boolean>;
  acknowledge(organisation: string, id: string, by: string, note: string): Promise<boolean>;
  /** Organisations with rules that wait to hear what their day comes to. */
  forecastsDue(): string[];
  /** What the day of an organisation comes to, for its rules. */
  foretell(organisation: string, forecast: ForecastView): Promise<void>;
  addSilence(organisation: string, given: { matchers: AlertMatchers; endsAt: Instant; by: string; note: string }): Promise<SilenceView>;
  deleteSilence(organisation: string, id: string): Promise<boolean>;
  /** @returns its id */
  addMuteTime(organisation: string, given: MuteTime): Promise<string>;
  putMuteTime(organisation: string, id: string, given: MuteTime): Promise<void>;
  deleteMuteTime(organisation: string, id: string): Promise<boolean>;
  /** @returns the secret where it was made here */
  putWebhook(organisation: string, given: GivenWebhook, newSecret: string): Promise<string | null>;
  /** @returns the receiver; null: there is none */
  rotateSecret(organisation: string, id: string, change: { secret: string; validForMs: number }): Promise<Webhook | null>;
  deleteWebhook(organisation: string, id: string): Promise<boolean>;
  testWebhook(organisation: string, id: string): Promise<Delivery | null>;
  retryDelivery(organisation: string, webhook: string, id: string): Promise<Delivery | null>;
  /** Of a range of instants at which messages were queued first. Null: there is no such receiver. */
  retryFailed(organisation: string, webhook: string, range: QueuedWithin): Promise<RetriedView | null>;
  /** Messages that need not be sent any more, each with the one that says how things stand. */
  coalesce(found: readonly { delivery: Delivery; into: Delivery }[]): Promise<void>;
  /** What the worker found out about a delivery. */
  recordAttempt(delivery: Delivery, kind: Outcome['kind'], exchange: Exchange | null): Promise<void>;
  /** Forgets a little of what is old. @returns whether there may be more */
  tidyReceivers(): Promise<boolean>;
}

type Submit = <T>(weight: number, decide: (batch: Batch) => T) => Promise<T>;

export interface ActionParts {
  submit: Submit;
  /** Committed. */
  store: Reader;
  /** Is another one after a commit that failed. */
  alerting: () => Alerting;
  shown: ShownAlerts;
  /** Does work that stops where others may be let in. */
  inPieces: <T>(work: Generator<void, T, void>) => Promise<T>;
  now: () => Instant;
}

export function createAlertActions({ submit, store, alerting, shown, inPieces, now }: ActionParts): AlertActions {
  return {
    shown,
    putRules: (organisation, rules) =>
      submit(1, (batch) => {
        for (const { id, rule } of rules) putRule(batch, alerting(), organisation, id, rule);
      }),
    deleteRule: (organisation, id) => submit(1, (batch) => deleteRule(batch, alerting(), organisation, id)),
    forecastsDue: () => [...alerting().watched.values()].filter((watched) => isForetellingDue(watched, now())).map(({ id }) => id),
    foretell: (organisation, forecast) => submit(1, (batch) => foretell(batch, alerting(), organisation, forecast)),
    acknowledge: (organisation, id, by, note) => submit(1, (batch) => acknowledge(batch, alerting(), organisation, id, by, note)),
    addSilence: (organisation, given) => submit(1, (batch) => silenceView(addSilence(batch, alerting(), organisation, given))),
    deleteSilence: (organisation, id) => submit(1, (batch) => deleteSilence(batch, alerting(), organisation, id)),
    addMuteTime: (organisation, given) => submit(1, (batch) => addMuteTime(batch, alerting(), organisation, given)),
    putMuteTime: (organisation, id, given) => submit(1, (batch) => putMuteTime(batch, alerting(), organisation, id, given)),
    deleteMuteTime: (organisation, id) => submit(1, (batch) => deleteMuteTime(batch, alerting(), organisation, id)),
    async putWebhook(organisation, given, newSecret) {
      for (;;) {
        const put = await submit(1, (batch) => {
          const receiver = [organisation, given.id];
          if (!isUnfinished(batch.draft, receiver)) return { made: putWebhook(batch, alerting(), organisation, given, newSecret) };
          // What was to become of the messages to it, or to one by the same name, comes first.
          finishPiece(batch, alerting(), receiver);
          return null;
        });
        if (put) return put.made;
      }
    },
    rotateSecret: (organisation, id, change) => submit(1, (batch) => rotateSecret(batch, alerting(), organisation, id, change)),
    deleteWebhook: (organisation, id) => submit(1, (batch) => deleteWebhook(batch, alerting(), organisation, id)),
    testWebhook: (organisation, id) => submit(1, (batch) => testWebhook(batch, alerting(), organisation, id)),
    retryDelivery: (organisation, webhook, id) => submit(1, (batch) => retryDelivery(batch, alerting(), organisation, webhook, id)),
    async retryFailed(organisation, webhook, range) {
      if (!shown.webhook(organisation, webhook)) return null;
      const found = await inPieces(findFailed(store, organisation, webhook, range));
      return retryFailed(found, (piece) => submit(1, (batch) => queueFailed(batch, alerting(), [organisation, webhook], piece, found)));
    },
    coalesce: (found) => submit(1, (batch) => coalesce(batch, alerting(), found)),
    recordAttempt: (delivery, kind, exchange) => submit(1, (batch) => recordAttempt(batch, alerting(), delivery, kind, exchange)),
    tidyReceivers: () => submit(1, (batch) => tidyReceivers(batch, alerting())),
  };
}
