import type { WebhookFormat, WebhookView } from '../../shared/alerts.ts';
import { addressesOf } from '../../shared/mail-address.ts';
import { inWords } from './duration.ts';
import { countOf } from './number.ts';
import type { PoolState } from './pool-state.ts';

export const FORMAT_WORDS: Record<WebhookFormat, string> = {
  standard: 'Standard Webhooks',
  alertmanager: 'Alertmanager v4',
  slack: 'Slack',
  teams: 'Teams',
  pagerduty: 'PagerDuty',
  email: 'E-mail',
  template: 'A template of one’s own',
  'alertmanager-v2': 'Alertmanager (pushed to its API)',
};

/** Messages that wait for longer than a first repetition takes are worth a word. */
const BEHIND_SECONDS = 30;

/** How it goes with a receiver; told in the shapes and colours of the pools. */
export interface ReceiverHealth {
  state: PoolState;
  words: string;
}

export function receiverHealth(receiver: WebhookView): ReceiverHealth {
  const { enabled, disabledReason, failed, pending, behindSeconds, lastError, lastDeliveredAt } = receiver;
  if (!enabled) return { state: 'unlimited', words: disabledReason ? `Off: ${disabledReason}` : 'Off' };
  const behind = behindSeconds > BEHIND_SECONDS ? `${countOf(pending, 'message')} waiting for ${inWords(behindSeconds * 1_000)}` : '';
  const lost = failed > 0 ? `${countOf(failed, 'message')} given up` : '';
  const trouble = [behind, lost].filter(Boolean).join(', ');
  if (lastError !== null) return { state: 'over', words: trouble === '' ? 'The last attempt failed' : `Failing: ${trouble}` };
  if (trouble !== '') return { state: 'contingency', words: trouble };
  return lastDeliveredAt === null ? { state: 'unlimited', words: 'Nothing sent yet' } : { state: 'room', words: 'Delivers' };
}

/** Where messages go, as a person reads it. */
export const addressWords = ({ url }: Pick<WebhookView, 'url'>): string => addressesOf(url)?.join(', ') ?? url;
