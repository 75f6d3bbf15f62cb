/** What is kept of one attempt, for whoever looks for the mistake: at most so much, and no secret. A routing key stands in the body. */
import { hidingSecrets } from './hide-secrets.ts';
import type { Exchange, Webhook } from './outbox.ts';
import type { Answer } from './post.ts';
import type { AnyMessage } from './send.ts';

const KEPT_CHARS = 16_384;
const HIDDEN = '***';
const SECRET_HEADERS = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** @param answer null where there was none */
export function exchangeOf(message: AnyMessage, answer: Answer | null, durationMs: number, webhook: Webhook): Exchange {
  const without = hidingSecrets([webhook.secret, ...(webhook.oldSecrets ?? []).map(({ secret }) => secret)]);
  const headers = Object.entries(message.headers).map(([name, value]) => [
    name,
    SECRET_HEADERS.has(name.toLowerCase()) ? HIDDEN : without(value),
  ]);
  return {
    durationMs,
    request: {
      method: message.kind === 'mail' ? 'MAIL' : 'POST',
      url: message.url,
      headers: Object.fromEntries(headers),
      body: without(message.body).slice(0, KEPT_CHARS),
    },
    response: answer && { status: answer.status, body: without(answer.body ?? '') },
  };
}
