import type { WebhookFormat } from '../../../shared/alerts.ts';
import type { Instant } from '../../../shared/time.ts';
import type { Delivery, Webhook } from '../outbox.ts';
import type { Message } from '../post.ts';
import { signatureHeaders, signingSecrets } from '../sign.ts';
import { alertmanagerBody } from './alertmanager.ts';
import { type Mail, mailOf } from './email.ts';
import { pagerDutyBody, pagerDutyUrl } from './pagerduty.ts';
import { slackBody } from './slack.ts';
import { standardBody } from './standard.ts';
import { teamsBody } from './teams.ts';

/**
 * What goes over the wire in one attempt. Every format carries the id, so that a receiver can tell a second copy;
 * all but PagerDuty's, whose secret is in the body, and e-mail are signed.
 * @param home where people find the dashboard, or an empty string
 */
export function messageOf(delivery: Delivery, webhook: Webhook, now: Instant, home: string): Message | Mail {
  return webhook.format === 'email' ? mailOf(delivery, webhook, now, home) : httpMessageOf(delivery, webhook, webhook.format, now, home);
}

export type HttpFormat = Exclude<WebhookFormat, 'email'>;

export function httpMessageOf(delivery: Delivery, webhook: Webhook, format: HttpFormat, now: Instant, home: string): Message {
  const body = JSON.stringify(bodyOf(delivery, webhook, format, home));
  const { id } = delivery;
  const signed = format !== 'pagerduty' ? signatureHeaders(id, now, body, signingSecrets(webhook, now)) : { 'webhook-id': id };
  const url = format === 'pagerduty' ? pagerDutyUrl(delivery, webhook) : webhook.url;
  return { kind: 'http', url, headers: { 'content-type': 'application/json', 'user-agent': 'Highwater', ...signed }, body };
}

function bodyOf(delivery: Delivery, webhook: Webhook, format: HttpFormat, home: string): object {
  switch (format) {
    case 'standard':
      return standardBody(delivery);
    case 'alertmanager':
      return alertmanagerBody(delivery, webhook, home);
    case 'slack':
      return slackBody(delivery, home);
    case 'teams':
      return teamsBody(delivery, home);
    case 'pagerduty':
      return pagerDutyBody(delivery, webhook, home);
  }
}
