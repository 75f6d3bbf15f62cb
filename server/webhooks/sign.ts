/** Standard Webhooks 1.0: which headers a message carries, and how it is signed. */
import { createHmac } from 'node:crypto';
import { FORMATS_WITHOUT_SECRET, type WebhookFormat } from '../../shared/alerts.ts';
import type { Instant } from '../../shared/time.ts';
import type { Webhook } from './outbox.ts';

const PREFIX = 'whsec_';
/** What Standard Webhooks asks of its own secrets; receivers that hand out others are not always so strict. */
const MIN_STANDARD_BYTES = 24;
const MAX_STANDARD_BYTES = 64;
const MIN_KEY_BYTES = 16;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** The key's bytes, or null where the text is no secret. @example keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') */
export function keyOf(secret: string): Buffer | null {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  return text !== '' && BASE64.test(text) ? Buffer.from(text, 'base64') : null;
}

export const secretOf = (key: Uint8Array): string => PREFIX + Buffer.from(key).toString('base64');

/**
 * The three headers of an attempt. The id stays over all attempts, the timestamp is the attempt's own. There is a signature of each
 * secret: a receiver needs to know one of them.
 * @throws where a secret is none
 */
export function signatureHeaders(id: string, at: Instant, body: string, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map((secret) => {
    const key = keyOf(secret);
    if (!key) throw new Error('the secret is not base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** The secrets that sign at an instant, the newest first. */
export const signingSecrets = ({ secret, oldSecrets = [] }: Webhook, now: Instant): string[] => [
  secret,
  ...oldSecrets.filter(({ endsAt }) => endsAt > now).map((old) => old.secret),
];

/** Why a text is no secret of a format, or null. PagerDuty's is the routing key of a service; all others sign with theirs. */
export function secretProblem(secret: string, format: WebhookFormat): string | null {
  if (FORMATS_WITHOUT_SECRET.includes(format)) return secret === '' ? null : `is not for format ${format}, which checks none`;
  if (format === 'pagerduty') return /^[\x21-\x7e]{8,128}$/.test(secret) ? null : 'must be the routing key of a PagerDuty service';
  const key = keyOf(secret);
  if (!key) return 'must be base64, with or without whsec_ in front';
  const standard = secret.startsWith(PREFIX);
  if (standard && (key.length < MIN_STANDARD_BYTES || key.length > MAX_STANDARD_BYTES))
    return `must be ${MIN_STANDARD_BYTES} to ${MAX_STANDARD_BYTES} random bytes in base64 after whsec_`;
  return key.length < MIN_KEY_BYTES ? `must be at least ${MIN_KEY_BYTES} random bytes` : null;
}
