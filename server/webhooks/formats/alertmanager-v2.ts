/** What a real Alertmanager takes at `POST /api/v2/alerts`, as Prometheus sends it. */
import { formatInstant, type Instant } from '../../../shared/time.ts';
import type { Delivery } from '../outbox.ts';
import { prometheusAlert } from './alertmanager-alert.ts';
import { eachAlert } from './each-alert.ts';

const PATH = '/api/v2/alerts';
/** Told again every minute; an Alertmanager that hears nothing for so long takes the alert for over, as it does with Prometheus. */
const VALID_MS = 240_000;

/** @param url of the Alertmanager, or of its alerts already */
export function alertmanagerV2Url(url: string): string {
  const parsed = new URL(url);
  const path = parsed.pathname.replace(/\/+$/, '');
  parsed.pathname = path.endsWith(PATH) ? path : path + PATH;
  return parsed.href;
}

/** Alerts that are not over are good until four minutes after the attempt. */
export function alertmanagerV2Body(deliveries: readonly Delivery[], now: Instant, home: string): object[] {
  return deliveries.flatMap(eachAlert).map((delivery) => {
    const { labels, annotations, startsAt, endsAt, generatorURL } = prometheusAlert(delivery, home);
    return {
      labels,
      annotations,
      startsAt,
      endsAt: endsAt ?? formatInstant(now + VALID_MS),
      ...(generatorURL !== '' && { generatorURL }),
    };
  });
}
