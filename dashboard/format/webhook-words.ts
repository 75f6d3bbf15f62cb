import type { WebhookEventType } from '../../shared/alerts.ts';

/** What messages are about, for people; programs know them by their types. */
export const EVENT_WORDS: Record<WebhookEventType, string> = {
  'alert.firing': 'An alert fires',
  'alert.resolved': 'An alert is over',
  'alert.unknown': 'An alert is not known',
  'peak.new': 'New high-water mark',
  'contingency.entered': 'Contingency (overflow) entered',
  'contingency.left': 'Contingency (overflow) left',
  'feed.silent': 'The feed is silent',
  'feed.recovered': 'The feed is back',
  'billing-period.closed': 'A billing period is closed',
  'report.ready': 'A report is ready',
  'webhook.test': 'Test',
};
