/** What people say about receivers and the messages to them: jobs of the line, like events, so that what is answered is on disk. */
import { FORMATS_WITHOUT_SECRET } from '../../shared/alerts.ts';
import { formatInstant } from '../../shared/time.ts';
import type { Batch } from '../books/batch.ts';
import { type Delivery, queuedAgain, type Webhook } from '../webhooks/outbox.ts';
import { watchedNow } from './administration.ts';
import { endWaits } from './groups.ts';
import { queueFor, writeDelivery } from './messages.ts';
import { ofReceiver } from './receiver-stats.ts';
import type { Alerting, Watched } from './watched.ts';

/** Of one receiver: each costs a signature in every message. */
const OLD_SECRETS = 4;

export type GivenWebhook = Omit<Webhook, 'secret' | 'oldSecrets' | 'disabledReason'> & { secret?: string };

/**
 * Keeps the secret where none is given.
 * @param newSecret for a receiver that has none yet
 * @returns the secret if it was made here: it is shown once
 */
export function putWebhook(batch: Batch, alerting: Alerting, organisation: string, given: GivenWebhook, newSecret: string): string | null {
  const watched = watchedNow(batch, alerting, organisation);
  const known = watched.webhooks.get(given.id);
  // Some formats have none; whoever leaves them gets a new one.
  const kept = FORMATS_WITHOUT_SECRET.includes(given.format) ? '' : known?.secret || newSecret;
  const secret = given.secret ?? kept;
  const oldSecrets = secret === known?.secret ? (known.oldSecrets ?? []) : [];
  const webhook: Webhook = { ...given, secret, oldSecrets, disabledReason: null };
  writeWebhook(batch, watched, webhook);
  if (String(known?.groupBy) !== String(webhook.groupBy)) endWaits(watched, webhook.id);
  // What waited goes out now: it was turned off, or had an address where nobody was.
  if (known && webhook.enabled) for (const waiting of pendingOf(batch, organisation, webhook.id)) alerting.queued.push(waiting);
  return secret === newSecret ? newSecret : null;
}

/**
 * The receiver with another secret. The one it had signs on for `validForMs`, older ones until their own end; 0 ends them all.
 * Of PagerDuty, whose secret is an address and signs nothing, the old one ends at once.
 */
export function rotateSecret(
  batch: Batch,
  alerting: Alerting,
  organisation: string,
  id: string,
  { secret, validForMs }: { secret: string; validForMs: number },
): Webhook | null {
  const watched = alerting.watched.get(organisation);
  const webhook = watched?.webhooks.get(id);
  if (!watched || !webhook) return null;
  const kept = [{ secret: webhook.secret, endsAt: batch.now + validForMs }, ...(webhook.oldSecrets ?? [])];
  const oldSecrets = kept.filter((old) => old.endsAt > batch.now && old.secret !== secret).slice(0, OLD_SECRETS);
  const rotated = { ...webhook, secret, oldSecrets: validForMs === 0 || webhook.format === 'pagerduty' ? [] : oldSecrets };
  writeWebhook(batch, watched, rotated);
  return rotated;
}

export function writeWebhook(batch: Batch, watched: Watched, webhook: Webhook): void {
  watched.webhooks.set(webhook.id, webhook);
  watched.unreached.delete(webhook.id);
  batch.draft.put('webhooks', [watched.id, webhook.id], webhook);
}

export function pendingOf(batch: Batch, organisation: string, webhook: string): Delivery[] {
  const rows = [...batch.draft.range('outbox', ofReceiver(organisation, webhook))];
  return rows.flatMap(({ key }) => batch.draft.get<Delivery>('deliveries', key) ?? []);
}

/** Queues a message that only says that messages arrive; also for a receiver that is turned off, and whatever it listens to. */
export function testWebhook(batch: Batch, alerting: Alerting, organisation: string, id: string): Delivery | null {
  const watched = alerting.watched.get(organisation);
  const webhook = watched?.webhooks.get(id);
  if (!watched || !webhook) return null;
  const data = { organisation, webhook: id, message: 'This is a test: messages of Highwater arrive here.', at: formatInstant(batch.now) };
  return queueFor(batch, alerting, watched, { type: 'webhook.test', about: `test ${alerting.deliveries + 1}`, data }, webhook);
}

/** Tries a delivery anew and at once, under the same id. */
export function retryDelivery(batch: Batch, alerting: Alerting, organisation: string, webhook: string, id: string): Delivery | null {
  if (!alerting.watched.get(organisation)?.webhooks.has(webhook)) return null;
  const n = batch.draft.get<number>('deliveryIds', [organisation, webhook, id]);
  const delivery = n === undefined ? undefined : batch.draft.get<Delivery>('deliveries', [organisation, webhook, n]);
  if (!delivery) return null;
  const again = queuedAgain(delivery, batch.now);
  writeDelivery(batch, alerting, again);
  return again;
}
