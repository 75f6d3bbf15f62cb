/** The worker that takes messages to receivers, over books of a test and receivers that answer as scripted. */
import { type Answer, reasonOf } from '../../server/webhooks/post.ts';
import type { Sender } from '../../server/webhooks/send.ts';
import { createWebhookWorker, type WorkerParts } from '../../server/webhooks/worker.ts';
import type { TestBooks } from './books.ts';
import { settle } from './let-pass.ts';

export interface Sent {
  id: string;
  url: string;
  type: string;
  data: Record<string, unknown>;
}

export interface TestWorker {
  /** What went out, in order. */
  sent: Sent[];
  /** What its log says of itself. */
  defects: string[];
  /** How receivers answer from now on: a status, or a promise of one. Default: 204. */
  answer: (sent: Sent, nth: number) => number | Promise<number>;
  /** Moves the clock on, in steps of a second, and lets what becomes due happen. */
  pass(seconds: number): Promise<void>;
}

export interface WorkerOptions extends Partial<Pick<WorkerParts, 'retrySeconds' | 'webhook' | 'count'>> {
  coalesceAfterSeconds?: number;
}

export function startWorker(
  books: TestBooks,
  {
    retrySeconds = [5, 300],
    coalesceAfterSeconds = 300,
    webhook = books.pipeline.alerts.shown.webhook,
    count = () => {},
  }: WorkerOptions = {},
): TestWorker {
  const { alerts, onCommit } = books.pipeline;
  const test: TestWorker = {
    sent: [],
    defects: [],
    answer: () => 204,
    async pass(seconds) {
      for (const until = books.clock.now() + seconds * 1000; books.clock.now() < until; ) {
        books.clock.advanceTo(Math.min(until, books.clock.now() + 1_000));
        await settle(6);
      }
    },
  };
  const sender: Sender = {
    async send({ url, headers, body }): Promise<Answer> {
      const { type, data } = JSON.parse(body) as Sent;
      const sent = { id: headers['webhook-id'] as string, url, type, data };
      test.sent.push(sent);
      return { status: await test.answer(sent, test.sent.length) };
    },
    close: async () => {},
  };
  const worker = createWebhookWorker({
    clock: books.clock,
    sender,
    retrySeconds,
    coalesceAfterMs: coalesceAfterSeconds * 1000,
    random: () => 0,
    webhook,
    isPending: alerts.shown.isPending,
    record: alerts.recordAttempt,
    coalesce: alerts.coalesce,
    home: '',
    count,
    log: {
      error(fields, message) {
        test.defects.push(`${message}: ${reasonOf((fields as { err?: unknown }).err)}`);
      },
      warn(fields, message) {
        if ('err' in fields) throw new Error(`${message}: ${reasonOf(fields.err)}`);
      },
    },
  });
  onCommit(({ queued }) => worker.take(queued));
  return test;
}
