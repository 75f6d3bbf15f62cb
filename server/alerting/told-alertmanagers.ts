/** What Alertmanagers have to be told of again, because they forget. */
import { below, type Reader } from '../store/store.ts';
import type { StillFiring, Webhook } from '../webhooks/outbox.ts';
import { aboutAlert, alertData } from './messages.ts';
import { hasHeard } from './told.ts';
import type { Alert } from './watched.ts';

/** @param alerts committed, by organisation */
export function toldAlertmanagers(store: Reader, alerts: ReadonlyMap<string, ReadonlyMap<string, Alert>>): StillFiring[] {
  return [...alerts].flatMap(([organisation, ofOrganisation]) =>
    [...store.range<Webhook>('webhooks', below(organisation))]
      .map(({ value }) => value)
      .filter(({ format, enabled }) => enabled && format === 'alertmanager-v2')
      .map((webhook) => ({
        organisation,
        webhook,
        alerts: [...ofOrganisation.values()].filter((alert) => isOpen(alert) && hasHeard(alert, webhook.id)).map(toldAgain(organisation)),
      })),
  );
}

const isOpen = ({ course }: Alert): boolean => course.state === 'firing' || course.state === 'unknown';

/** Of one that nobody knows of an Alertmanager hears that it still fires, and that its state is unknown. */
const toldAgain = (organisation: string) => (alert: Alert) => ({
  about: aboutAlert(alert),
  type: alert.course.state === 'unknown' ? ('alert.unknown' as const) : ('alert.firing' as const),
  data: alertData({ id: organisation }, alert, undefined),
});
