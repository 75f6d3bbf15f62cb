import { Webhook as Verifier } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { httpMessageOf } from '../../server/webhooks/formats/render.ts';
import type { Delivery } from '../../server/webhooks/outbox.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';

const secretOf = (fill: number) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`;
const [FIRST, SECOND, THIRD] = [secretOf(1), secretOf(2), secretOf(3)] as [string, string, string];

it('HOOK-54 each old secret signs until its own end and no millisecond longer, over restarts too', async () => {
  // Verifiers look at their own clock too.
  const books = await openTestBooks(Date.now());
  await books.settings({});
  const given = { id: 'ops', url: 'https://a.example/', format: 'standard' as const, events: [], enabled: true };
  await books.pipeline.alerts.putWebhook(ORGANISATION, given, FIRST);
  const taken = async () => {
    const { alerts } = books.pipeline;
    const delivery = (await alerts.testWebhook(ORGANISATION, 'ops')) as Delivery;
    const { body, headers } = httpMessageOf(
      delivery,
      alerts.shown.webhook(ORGANISATION, 'ops') as never,
      'standard',
      books.clock.now(),
      '',
    );
    const takes = (secret: string) => {
      try {
        return new Verifier(secret).verify(body, headers) !== undefined;
      } catch {
        return false;
      }
    };
    return [FIRST, SECOND, THIRD].map(takes);
  };
  const rotate = (secret: string, validForMs: number) => books.pipeline.alerts.rotateSecret(ORGANISATION, 'ops', { secret, validForMs });
  const start = books.clock.now();
  expect(await taken()).toEqual([true, false, false]);
  await rotate(SECOND, 60_000);
  expect(await taken()).toEqual([true, true, false]);
  await books.restart();
  await rotate(THIRD, 30_000);
  expect(await taken()).toEqual([true, true, true]);
  books.clock.jumpTo(start + 59_999);
  expect(await taken()).toEqual([true, false, true]);
  books.clock.jumpTo(start + 60_000);
  expect(await taken()).toEqual([false, false, true]);
  expect(books.pipeline.alerts.shown.webhookView(ORGANISATION, 'ops')).not.toHaveProperty('oldSecretEndsAt');
});
