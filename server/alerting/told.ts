/** Who was told of an alert, and who may be told of how it went on. */
import type { Instant } from '../../shared/time.ts';
import { type Webhook, wants } from '../webhooks/outbox.ts';
import type { Alert, Watched } from './watched.ts';

/** That an alert fires, as one receiver was told. */
export interface Told {
  webhook: string;
  /** When last. */
  at: Instant;
  /** How often it was told again, because it went on firing. */
  repeats: number;
}

export const hasHeard = (alert: Alert, webhook: string): boolean => alert.told.some((told) => told.webhook === webhook);

/** Who had no wish to hear of the firing may still wish to hear how it went on. */
export const mayHearOf = (alert: Alert, webhook: Webhook): boolean =>
  hasHeard(alert, webhook.id) || (!wants(webhook, 'alert.firing') && !alert.held);

/** People are told once that the feed is silent, not once more for every alert; programs follow every alert. */
export const hearsOfTheSilence = ({ feed }: Watched, webhook: Webhook): boolean =>
  feed !== null && feed.silentSince !== null && webhook.format !== 'standard' && wants(webhook, 'feed.silent');

/** The alert, with these receivers told now that it fires. */
export function withTold(alert: Alert, webhooks: readonly string[], at: Instant, repeats = 0): Alert {
  const others = alert.told.filter(({ webhook }) => !webhooks.includes(webhook));
  return {
    ...alert,
    told: [...others, ...webhooks.map((webhook) => ({ webhook, at, repeats }))],
    unknownTo: alert.unknownTo.filter((webhook) => !webhooks.includes(webhook)),
  };
}
