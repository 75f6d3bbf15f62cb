/** Reads of committed alerts, rules, silences and receivers. */
import type {
  AlertRule,
  AlertRuleView,
  AlertTransitionView,
  AlertView,
  DeliveryCounts,
  MuteTime,
  MuteTimeView,
  SilenceView,
} from '../../shared/alerts.ts';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../../shared/time.ts';
import type { Page } from '../../shared/views.ts';
import { type LocalClock, mutedUntil } from '../alerts/mute-times.ts';
import type { Silence } from '../alerts/silences.ts';
import type { Books } from '../books/batch.ts';
import type { AlertHistoryQuery } from '../pipeline-types.ts';
import { below, type Reader } from '../store/store.ts';
import type { StillFiring } from '../webhooks/outbox.ts';
import { type ActiveMutes, createActiveMutes } from './active-mutes.ts';
import { troubleOf } from './failures.ts';
import { readHistory } from './history.ts';
import { createKeeper, type KeptBack } from './kept-back.ts';
import { wordsFor } from './messages.ts';
import { createShownReceivers, type ShownReceivers } from './shown-receivers.ts';
import { storedRule } from './stored.ts';
import { toldAlertmanagers } from './told-alertmanagers.ts';
import type { Alert, Alerting, Watched } from './watched.ts';

/** Displays hear of an alert that is over; who comes so much later need not. */
const OVER_SHOWN_MS = 600_000;

export interface ShownAlerts extends ShownReceivers {
  /** Shows everything as at start. */
  replace(alerting: Alerting, books: Books): void;
  /** Takes over what a commit looked at. */
  publish(alerting: Alerting, books: Books): void;
  alerts(organisation: string): AlertView[];
  live(organisation: string): LiveAlert[];
  /** What each Alertmanager was told of that is not over, of one organisation or of all. */
  toldAlertmanagers(organisation?: string): StillFiring[];
  history(organisation: string, query: AlertHistoryQuery): Page<AlertTransitionView>;
  rules(organisation: string): AlertRuleView[];
  rule(organisation: string, id: string): AlertRuleView | undefined;
  silences(organisation: string): SilenceView[];
  muteTimes(organisation: string): MuteTimeView[];
}

interface Shown {
  alerts: ReadonlyMap<string, Alert>;
  silences: ReadonlyMap<string, Silence>;
  muteTimes: ReadonlyMap<string, MuteTime>;
  activeMutes: ActiveMutes;
  clock: LocalClock;
  /** Why alerts cannot be evaluated at the moment, by `alertKey`. */
  troubles: ReadonlyMap<string, string>;
  /** Pending ones that were taken back, as displays see them. */
  withdrawn: { alert: Alert; at: Instant }[];
}

export function createShownAlerts(store: Reader, now: () => Instant): ShownAlerts {
  const shown = new Map<string, Shown>();

  const show = (watched: Watched, books: Books): void => {
    const clock = books.organisations.get(watched.id)?.calendar;
    if (!clock) return;
    const withdrawn = (shown.get(watched.id)?.withdrawn ?? []).filter(({ at }) => now() - at < OVER_SHOWN_MS);
    const { alerts, silences, muteTimes, troubles } = watched;
    shown.set(watched.id, {
      alerts: new Map(alerts),
      silences: new Map(silences),
      muteTimes: new Map(muteTimes),
      activeMutes: createActiveMutes(),
      troubles: new Map(troubles),
      clock,
      withdrawn,
    });
  };

  const ruleView = (organisation: string, id: string, row: Parameters<typeof storedRule>[0]): AlertRuleView => {
    const problem = troubleOf(shown.get(organisation)?.troubles ?? new Map(), id);
    return { id, ...storedRule(row), ...(problem !== undefined && { problem }) };
  };

  return {
    ...createShownReceivers(store, now),
    replace(alerting, books) {
      for (const watched of alerting.watched.values()) show(watched, books);
    },
    publish(alerting, books) {
      for (const id of alerting.looked) show(alerting.watched.get(id) as Watched, books);
      for (const { organisation, alert } of alerting.withdrawn) shown.get(organisation)?.withdrawn.push({ alert, at: now() });
    },
    alerts(organisation) {
      const one = shown.get(organisation);
      if (!one) return [];
      const keeper = createKeeper(one, now());
      const removed = new Set([...store.range('removedReceivers', below(organisation))].map(({ key }) => key[1] as string));
      const view = (alert: Alert): AlertView => {
        const kept = alert.course.state === 'resolved' ? null : keeper(alert);
        return alertView(organisation, alert, kept, deliveriesOf(store, organisation, alert.id, removed));
      };
      return [...one.alerts.values()].map(view).sort((a, b) => (a.startsAt < b.startsAt ? 1 : -1));
    },
    toldAlertmanagers(organisation) {
      const asked = [...shown].filter(([id]) => organisation === undefined || id === organisation);
      return toldAlertmanagers(store, new Map(asked.map(([id, { alerts }]) => [id, alerts])));
    },
    live(organisation) {
      const { alerts = new Map<string, Alert>(), withdrawn = [] } = shown.get(organisation) ?? {};
      const at = now();
      const recent = [...alerts.values()].filter(({ course }) => course.endedAt === null || at - course.endedAt < OVER_SHOWN_MS);
      return [...recent.map(liveAlert), ...withdrawn.map(({ alert, at: endedAt }) => withdrawnAlert(alert, endedAt))];
    },
    history: (organisation, query) => readHistory(store, organisation, query),
    rules: (organisation) =>
      [...store.range<AlertRule>('alertRules', below(organisation))].map(({ key, value }) =>
        ruleView(organisation, key[1] as string, value),
      ),
    rule(organisation, id) {
      const value = store.get<AlertRule>('alertRules', [organisation, id]);
      return value && ruleView(organisation, id, value);
    },
    silences: (organisation) =>
      [...store.range<Silence>('silences', below(organisation))]
        .map(({ value }) => value)
        .filter(({ endsAt }) => endsAt > now())
        .map(silenceView),
    muteTimes(organisation) {
      const clock = shown.get(organisation)?.clock;
      const active = (mute: MuteTime) => (clock ? formatInstantOrNull(mutedUntil(mute, clock, now())) : null);
      return [...store.range<MuteTime>('muteTimes', below(organisation))].map(({ key, value }) => ({
        id: key[1] as string,
        ...value,
        activeUntil: active(value),
      }));
    },
  };
}

export const silenceView = ({ id, matchers, startsAt, endsAt, by, note }: Silence): SilenceView => ({
  id,
  matchers,
  startsAt: formatInstant(startsAt),
  endsAt: formatInstant(endsAt),
  by,
  note,
});

const liveAlert = ({ id, rule, licenceType, course, of, value }: Alert): LiveAlert => ({
  id,
  rule,
  licenceType,
  state: course.state as LiveAlert['state'],
  severity: of.severity,
  value: value ?? 0,
  threshold: of.threshold,
  startsAt: formatInstant(course.since),
  endsAt: formatInstantOrNull(course.endedAt),
});

const withdrawnAlert = (alert: Alert, endedAt: Instant): LiveAlert => ({
  ...liveAlert(alert),
  state: 'resolved',
  endsAt: formatInstant(endedAt),
});

/** What did not arrive about it. @param removed receivers that were deleted, whose messages are still being removed */
function deliveriesOf(store: Reader, organisation: string, alert: string, removed: ReadonlySet<string>): DeliveryCounts {
  const counts: DeliveryCounts = { pending: 0, failed: 0 };
  for (const { key, value } of store.range<'pending' | 'failed'>('alertDeliveries', below(organisation, alert)))
    if (!removed.has(key[2] as string)) counts[value]++;
  return counts;
}

function alertView(organisation: string, alert: Alert, kept: KeptBack | null, deliveries: DeliveryCounts): AlertView {
  const { acknowledged, reason } = alert;
  const { until: _, ...keptBy } = kept ?? { until: null };
  return {
    ...liveAlert(alert),
    value: alert.value,
    reason,
    ...(acknowledged && { acknowledgedBy: acknowledged.by, acknowledgedAt: formatInstant(acknowledged.at), note: acknowledged.note }),
    ...keptBy,
    ...wordsFor(organisation, alert),
    ...(alert.expected && { expectedAt: formatInstant(alert.expected.at) }),
    deliveries,
  };
}
