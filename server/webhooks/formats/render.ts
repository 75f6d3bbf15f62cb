import { FORMATS_WITHOUT_SECRET, type WebhookFormat, type WebhookTemplate } from '../../../shared/alerts.ts';
import type { Instant } from '../../../shared/time.ts';
import type { Delivery, Webhook } from '../outbox.ts';
import type { Message } from '../post.ts';
import { signatureHeaders, signingSecrets } from '../sign.ts';
import { alertmanagerBody } from './alertmanager.ts';
import { alertmanagerV2Body, alertmanagerV2Url } from './alertmanager-v2.ts';
import { type Mail, mailOf } from './email.ts';
import { pagerDutyBody, pagerDutyUrl } from './pagerduty.ts';
import { slackBody } from './slack.ts';
import { standardBody } from './standard.ts';
import { teamsBody } from './teams.ts';
import { templateBody } from './template.ts';

const HEADERS = { 'content-type': 'application/json', 'user-agent': 'Highwater' };

/**
 * What goes over the wire in one attempt. Every format carries the id, so that a receiver can tell a second copy; all whose receivers
 * could check it are signed.
 * @param home where people find the dashboard, or an empty string
 */
export function messageOf(delivery: Delivery, webhook: Webhook, now: Instant, home: string): Message | Mail {
  return webhook.format === 'email' ? mailOf(delivery, webhook, now, home) : httpMessageOf(delivery, webhook, webhook.format, now, home);
}

export type HttpFormat = Exclude<WebhookFormat, 'email'>;

export function httpMessageOf(delivery: Delivery, webhook: Webhook, format: HttpFormat, now: Instant, home: string): Message {
  const { contentType, body } = contentOf(delivery, webhook, format, now, home);
  const { id } = delivery;
  const isSigned = format !== 'pagerduty' && !FORMATS_WITHOUT_SECRET.includes(format);
  const signed = isSigned ? signatureHeaders(id, now, body, signingSecrets(webhook, now)) : { 'webhook-id': id };
  const headers = { ...HEADERS, 'content-type': contentType, ...signed };
  return { kind: 'http', url: urlOf(delivery, webhook, format), headers, body };
}

/** Alerts that an Alertmanager is told of again. */
export function alertmanagerV2Message(deliveries: readonly Delivery[], webhook: Webhook, now: Instant, home: string): Message {
  const body = JSON.stringify(alertmanagerV2Body(deliveries, now, home));
  return { kind: 'http', url: alertmanagerV2Url(webhook.url), headers: HEADERS, body };
}

function urlOf(delivery: Delivery, webhook: Webhook, format: HttpFormat): string {
  if (format === 'pagerduty') return pagerDutyUrl(delivery, webhook);
  return format === 'alertmanager-v2' ? alertmanagerV2Url(webhook.url) : webhook.url;
}

function contentOf(delivery: Delivery, webhook: Webhook, format: HttpFormat, now: Instant, home: string): WebhookTemplate {
  const { template } = webhook;
  if (format !== 'template')
    return { contentType: HEADERS['content-type'], body: JSON.stringify(bodyOf(delivery, webhook, format, now, home)) };
  if (!template) throw new Error('the receiver has no template');
  return { contentType: template.contentType, body: templateBody(template, delivery, home) };
}

function bodyOf(delivery: Delivery, webhook: Webhook, format: Exclude<HttpFormat, 'template'>, now: Instant, home: string): object {
  switch (format) {
    case 'standard':
      return standardBody(delivery);
    case 'alertmanager':
      return alertmanagerBody(delivery, webhook, home);
    case 'alertmanager-v2':
      return alertmanagerV2Body([delivery], now, home);
    case 'slack':
      return slackBody(delivery, home);
    case 'teams':
      return teamsBody(delivery, home);
    case 'pagerduty':
      return pagerDutyBody(delivery, webhook, home);
  }
}
