import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { FORMATS_WITHOUT_SECRET, type WebhookFormat } from '../../shared/alerts.ts';
import { parseDeliveryQuery, parseRetryFailed, parseRotation, parseWebhook } from '../parse/webhooks.ts';
import type { Webhook } from '../webhooks/outbox.ts';
import { deliveryView } from '../webhooks/outbox-views.ts';
import { secretOf, secretProblem } from '../webhooks/sign.ts';
import { readJson, readJsonIfAny } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, AppEnv, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { nameInPath, searchOf } from './path.ts';
import { HttpProblem } from './problem.ts';
import { webhookChecks } from './webhook-checks.ts';

const ALL = '/api/v1/organisations/:organisation/webhooks';
const ONE = `${ALL}/:webhook`;
const SECRET_BYTES = 32;

/** Receivers of webhooks, and what became of each message. */
export function webhookRoutes(app: App, edge: Edge): void {
  const tag = 'Webhooks';
  const alerts = () => edge.running().pipeline.alerts;
  const inPath = (c: Context<AppEnv>): [string, string] => [existingOrganisation(c, edge), nameInPath(c, 'webhook')];

  app.get(ALL, describe('List the webhooks', 'Without their secrets.', { tag, answer: 'webhooks' }), (c) => {
    const organisation = existingOrganisation(c, edge);
    return json({ items: alerts().shown.webhooks(organisation) });
  });

  app.get(ONE, describe('A webhook', 'Without its secret.', { tag, answer: 'webhook' }), (c) => {
    const [organisation, id] = inPath(c);
    const webhook = alerts().shown.webhookView(organisation, id);
    if (!webhook) throw unknownWebhook(id);
    return json(webhook);
  });

  const put = describe('Set a webhook', 'Without a `secret` the one it has is kept; a new webhook gets one, shown in this answer only.', {
    tag,
    body: 'webhook',
    answer: 'webhook',
  });
  app.put(ONE, put, async (c) => {
    const [organisation, id] = inPath(c);
    const body = await readJson(c.env, edge);
    const given = parseWebhook(id, body, webhookChecks(edge));
    const known = alerts().shown.webhook(organisation, id);
    const kept = given.secret === undefined && known ? keptSecretProblem(known, given.format) : null;
    if (given.format === 'pagerduty' && given.secret === undefined && (!known || kept !== null))
      throw needsSecret('is the routing key, and is required');
    if (kept !== null) throw needsSecret(`${kept}; the one it has does not fit ${given.format}`);
    const made = await alerts().putWebhook(organisation, given, newSecret());
    return json({ ...alerts().shown.webhookView(organisation, id), ...(made !== null && { secret: made }) });
  });

  const rotate = describe(
    'Give a webhook another secret',
    'Until `validForSeconds` (a day) are over, messages carry a signature of the old one too. A secret made here is shown in this answer only.',
    { tag, body: 'rotation', bodyIsOptional: true, answer: 'webhook' },
  );
  app.post(`${ONE}/rotate-secret`, rotate, async (c) => {
    const [organisation, id] = inPath(c);
    const known = alerts().shown.webhook(organisation, id);
    if (!known) throw unknownWebhook(id);
    const body = await readJsonIfAny(c.env, edge);
    const { secret, validForMs } = parseRotation(body, known.format, secretProblem);
    const made = secret === undefined ? newSecret() : null;
    if (!(await alerts().rotateSecret(organisation, id, { secret: secret ?? (made as string), validForMs }))) throw unknownWebhook(id);
    return json({ ...alerts().shown.webhookView(organisation, id), ...(made !== null && { secret: made }) });
  });

  const remove = describe('Remove a webhook', 'With its deliveries, also those that wait.', { tag, answers: { 204: 'Removed' } });
  app.delete(ONE, remove, async (c) => {
    const [organisation, id] = inPath(c);
    if (!(await alerts().deleteWebhook(organisation, id))) throw unknownWebhook(id);
    return c.body(null, 204);
  });

  const test = describe('Send a test', 'The answer is the delivery, which is on its way.', {
    tag,
    answer: 'delivery',
    answers: { 202: 'Queued' },
  });
  app.post(`${ONE}/test`, test, async (c) => {
    const [organisation, id] = inPath(c);
    const delivery = await alerts().testWebhook(organisation, id);
    if (!delivery) throw unknownWebhook(id);
    return json(deliveryView(delivery), 202);
  });

  const list = describe('What became of each message', 'Newest first.', { tag, query: 'deliveries', answer: 'deliveries' });
  app.get(`${ONE}/deliveries`, list, (c) => {
    const [organisation, id] = inPath(c);
    const { status, ...page } = parseDeliveryQuery(searchOf(c));
    const deliveries = alerts().shown.deliveries(organisation, id, status, page);
    if (!deliveries) throw unknownWebhook(id);
    return json(deliveries);
  });

  const one = describe(
    'A message, with what was sent and answered',
    'Each attempt with its request, without secrets, and the first 4 KB of the answer: of the last 500 attempts of a webhook, for seven days.',
    { tag, answer: 'deliveryDetail' },
  );
  app.get(`${ONE}/deliveries/:delivery`, one, (c) => {
    const [organisation, id] = inPath(c);
    const delivery = alerts().shown.delivery(organisation, id, nameInPath(c, 'delivery'));
    if (!delivery) throw unknownDelivery();
    return json(delivery);
  });

  const retry = describe('Try a delivery again', 'At once, under the same `webhook-id`.', {
    tag,
    answer: 'delivery',
    answers: { 202: 'Queued' },
  });
  app.post(`${ONE}/deliveries/:delivery/retry`, retry, async (c) => {
    const [organisation, id] = inPath(c);
    const delivery = await alerts().retryDelivery(organisation, id, nameInPath(c, 'delivery'));
    if (!delivery) throw unknownDelivery();
    return json(deliveryView(delivery), 202);
  });

  const retryAll = describe(
    'Try all again that failed',
    'At once, under the same ids and in order; `from` and `to` narrow it to when they were queued first. What a later message about the same thing has overtaken is left.',
    { tag, body: 'retryFailed', bodyIsOptional: true, answer: 'retried', answers: { 202: 'Queued' } },
  );
  app.post(`${ONE}/retry-failed`, retryAll, async (c) => {
    const [organisation, id] = inPath(c);
    const range = parseRetryFailed(await readJsonIfAny(c.env, edge));
    const retried = await alerts().retryFailed(organisation, id, range);
    if (!retried) throw unknownWebhook(id);
    return json(retried, 202);
  });
}

const newSecret = () => secretOf(randomBytes(SECRET_BYTES));

const unknownWebhook = (id: string) => new HttpProblem(404, 'unknown_webhook', `There is no webhook ${JSON.stringify(id)} here.`);

const unknownDelivery = () => new HttpProblem(404, 'unknown_delivery', 'There is no such delivery of this webhook.');

/** Some formats have none: to change from one or to one is to begin anew. */
const keptSecretProblem = (known: Webhook, format: WebhookFormat): string | null =>
  FORMATS_WITHOUT_SECRET.includes(format) || known.secret === '' ? null : secretProblem(known.secret, format);

const needsSecret = (message: string) =>
  new HttpProblem(400, 'invalid_body', `Nothing was changed: secret ${message}.`, { errors: [{ path: 'secret', message }] });
