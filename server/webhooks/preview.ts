/** What a receiver would get, without sending it. */
import type { WebhookFormat, WebhookPreview, WebhookTemplate } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';
import { messageOf } from './formats/render.ts';
import { type Sampled, sampleDelivery } from './formats/sample.ts';
import type { Webhook } from './outbox.ts';

export interface Previewed extends Pick<Sampled, 'type' | 'organisation'> {
  format: WebhookFormat;
  template?: WebhookTemplate;
}

/** @param template was looked at and can be rendered */
export function previewOf({ format, template, type, organisation }: Previewed, now: Instant, home: string): WebhookPreview {
  const webhook: Webhook = {
    id: 'preview',
    url: format === 'email' ? 'mailto:ops@example.com' : 'https://example.com/',
    format,
    secret: format === 'pagerduty' ? 'YOUR-ROUTING-KEY' : 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    events: [],
    enabled: true,
    disabledReason: null,
    ...(template && { template }),
  };
  const message = messageOf(sampleDelivery({ type, organisation, now }), webhook, now, home);
  if (message.kind === 'mail')
    return { format, type, contentType: 'text/plain', subject: message.subject, body: message.body, html: message.html };
  return { format, type, contentType: message.headers['content-type'] as string, body: message.body };
}
