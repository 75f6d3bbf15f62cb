/** What is kept of deliveries is bounded in number and age, and goes in small pieces: the store does not like large ones. */
import type { Instant } from '../../shared/time.ts';
import type { Batch } from '../books/batch.ts';
import type { Delivery, Exchange, Webhook } from '../webhooks/outbox.ts';
import { alertDeliveryKeys } from './messages.ts';
import { countDelivery, ofReceiver, statsOf, writeStats } from './receiver-stats.ts';
import { writeWebhook } from './receivers.ts';
import type { Alerting } from './watched.ts';

const DAY_MS = 86_400_000;
/** So long a delivery that is over is listed. */
const DELIVERIES_MS = 30 * DAY_MS;
/** So long, and so many of one receiver, it is known what was sent and what came back. */
const EXCHANGES_MS = 7 * DAY_MS;
const EXCHANGES = 500;
/** Old ones that go with each that comes to its end. */
const WITH_EACH = 4;
/** Old ones that go in one transaction of housekeeping. */
const AT_ONCE = 64;

export function keepExchange(batch: Batch, { organisation, webhook, n }: Delivery, at: Instant, exchange: Exchange): void {
  const key = [organisation, webhook, at, n];
  const stats = statsOf(batch.draft, organisation, webhook);
  if (batch.draft.get('exchanges', key) === undefined)
    writeStats(batch, organisation, webhook, { ...stats, exchanges: stats.exchanges + 1 });
  batch.draft.put('exchanges', key, exchange);
  forgetExchanges(batch, organisation, webhook, WITH_EACH);
}

/** @returns how many went */
function forgetExchanges(batch: Batch, organisation: string, webhook: string, most: number): number {
  const stats = statsOf(batch.draft, organisation, webhook);
  const range = { ...ofReceiver(organisation, webhook), limit: most };
  const old = [...batch.draft.range('exchanges', range)]
    .map(({ key }) => key)
    .filter((key, index) => stats.exchanges - index > EXCHANGES || (key[2] as Instant) < batch.now - EXCHANGES_MS);
  for (const key of old) batch.draft.remove('exchanges', key);
  if (old.length > 0) writeStats(batch, organisation, webhook, { ...stats, exchanges: stats.exchanges - old.length });
  return old.length;
}

/** @returns how many went */
export function forgetDeliveries(batch: Batch, organisation: string, webhook: string, most = WITH_EACH): number {
  let gone = 0;
  for (const { key, value } of [...batch.draft.range<Delivery>('deliveries', { ...ofReceiver(organisation, webhook), limit: most })]) {
    if (value.status === 'pending' || value.at >= batch.now - DELIVERIES_MS) break;
    countDelivery(batch, value, null);
    batch.draft.remove('deliveries', key);
    batch.draft.remove('deliveryIds', [organisation, webhook, value.id]);
    for (const counted of alertDeliveryKeys(value)) batch.draft.remove('alertDeliveries', counted);
    gone++;
  }
  return gone;
}

/** A receiver to which nothing goes any more has old things too. @returns whether there may be more */
export function tidyReceivers(batch: Batch, alerting: Alerting): boolean {
  let room = AT_ONCE;
  for (const watched of alerting.watched.values()) {
    for (const webhook of watched.webhooks.values()) {
      const secrets = signingStill(webhook, batch.now);
      if (secrets.length < (webhook.oldSecrets?.length ?? 0)) writeWebhook(batch, watched, { ...webhook, oldSecrets: secrets });
      room -= forgetExchanges(batch, watched.id, webhook.id, room);
      if (room > 0) room -= forgetDeliveries(batch, watched.id, webhook.id, room);
      if (room <= 0) return true;
    }
  }
  return false;
}

const signingStill = ({ oldSecrets = [] }: Webhook, now: Instant) => oldSecrets.filter(({ endsAt }) => endsAt > now);
