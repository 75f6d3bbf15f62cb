/**
 * Takes messages from the outbox to their receivers. Messages about one thing go one after the other; nothing else waits for anything:
 * a receiver that is dead delays only what is for itself.
 */
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import type { Cancel, Clock } from '../clock.ts';
import { isBehind, type Superseded, superseded } from './coalesce.ts';
import { exchangeOf } from './exchange.ts';
import { messageOf } from './formats/render.ts';
import { enter, finish, isBusy, type Line, newLine, startFirst } from './line.ts';
import { afterAttempt, type Delivery, type Exchange, type Outcome, type Webhook } from './outbox.ts';
import { type Answer, judge, reasonOf } from './post.ts';
import type { AnyMessage, Sender } from './send.ts';

/** Requests under way to one receiver. */
const AT_ONCE = 4;
/** A result that could not be written down is tried again so much later. */
const WRITE_AGAIN_MS = 2_000;
/** What is under way when the daemon stops may take so long, so that little has to be sent twice. */
const PATIENCE_MS = 2_000;
/** Timers of a runtime take no more than some 24 days. */
const LONGEST_WAIT_MS = 86_400_000;

export interface WorkerLog {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface WorkerParts {
  clock: Clock;
  sender: Sender;
  retrySeconds: readonly number[];
  /** So long the oldest message waits in vain until what is over is left out. */
  coalesceAfterMs: number;
  /** From 0 to 1. */
  random: () => number;
  /** Committed. */
  webhook: (organisation: string, id: string) => Webhook | undefined;
  /** Whether it still is to be made: its receiver may be gone, or another by the same name. */
  isPending: (delivery: Delivery) => boolean;
  /** Durable when it resolves. The exchange is null where nothing could be sent. */
  record: (delivery: Delivery, kind: Outcome['kind'], exchange: Exchange | null) => Promise<void>;
  /** Messages that need not be sent any more. Durable when it resolves. */
  coalesce: (found: readonly Superseded[]) => Promise<void>;
  /** Where people find the dashboard, or an empty string. */
  home: string;
  count: (outcome: Outcome['kind']) => void;
  log: WorkerLog;
}

export interface WebhookWorker {
  /** Messages that are on disk now: new ones, or old ones to be tried at once. */
  take(deliveries: readonly Delivery[]): void;
  /**
   * Keeps messages about these things waiting, while the receiver is told of them otherwise.
   * @returns those of which nothing is under way just now
   */
  hold(organisation: string, webhook: string, about: readonly string[]): { held: ReadonlySet<string>; release(): void };
  /** Starts nothing more and waits for what is under way. */
  close(): Promise<void>;
}

interface Receiver {
  organisation: string;
  id: string;
  lines: Map<string, Line>;
  underWay: number;
}

export function createWebhookWorker(parts: WorkerParts): WebhookWorker {
  const { clock, sender } = parts;
  const receivers = new Map<string, Receiver>();
  const running = new Set<Promise<void>>();
  let timer: { at: Instant; cancel: Cancel } | null = null;
  let closed = false;

  const receiverOf = ({ organisation, webhook }: Pick<Delivery, 'organisation' | 'webhook'>): Receiver => {
    const key = `${organisation}\u0000${webhook}`;
    const known = receivers.get(key);
    if (known) return known;
    const made: Receiver = { organisation, id: webhook, lines: new Map(), underWay: 0 };
    receivers.set(key, made);
    return made;
  };

  const lineOf = ({ lines }: Receiver, about: string): Line => getOrMake(lines, about, newLine);

  const take = (delivery: Delivery): void => {
    enter(lineOf(receiverOf(delivery), delivery.about), delivery, clock.now());
  };

  const pump = (): void => {
    if (closed) return;
    let next = Number.POSITIVE_INFINITY;
    for (const [key, receiver] of receivers) {
      if (receiver.lines.size === 0) {
        receivers.delete(key);
        continue;
      }
      const webhook = parts.webhook(receiver.organisation, receiver.id);
      if (!webhook) {
        for (const [about, line] of receiver.lines) if (!isBusy(line)) receiver.lines.delete(about);
        continue;
      }
      next = Math.min(next, pumpReceiver(receiver, webhook));
    }
    wakeAt(next);
  };

  /** Starts what may start. @returns when more may */
  const pumpReceiver = (receiver: Receiver, webhook: Webhook): Instant => {
    const now = clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [about, line] of receiver.lines) {
      const [first] = line.waiting;
      if (!first) {
        if (!isBusy(line)) receiver.lines.delete(about);
        continue;
      }
      if (isBusy(line) || (!webhook.enabled && first.type !== 'webhook.test')) continue;
      if (line.at > now) next = Math.min(next, line.at);
      else if (receiver.underWay < AT_ONCE) start(receiver, line, webhook);
    }
    return next;
  };

  /** Starts the first of a line that still is to be made. */
  const start = (receiver: Receiver, line: Line, webhook: Webhook): void => {
    while (line.waiting[0] && !parts.isPending(line.waiting[0])) line.waiting.shift();
    const first = startFirst(line);
    if (!first) return;
    receiver.underWay++;
    const defect = (error: unknown): void =>
      parts.log.error({ err: error, webhook: webhook.id, id: first.id }, 'something beside the line failed');
    const job = attempt(line, first, webhook)
      .catch((error) => {
        defect(error);
        // It stays pending on the disk, for a new process to try; what comes after it goes on.
        finish(line, { ...first, status: 'failed' }, clock.now());
      })
      .then(() => {
        receiver.underWay--;
        running.delete(job);
        pump();
      })
      .catch(defect);
    running.add(job);
  };

  const attempt = async (line: Line, delivery: Delivery, webhook: Webhook): Promise<void> => {
    if (isBehind(delivery, clock.now(), parts.coalesceAfterMs)) await leaveOut(line, delivery);
    const { outcome, exchange } = await tryOnce(delivery, webhook);
    // Cut off by our own stopping: it says nothing about the receiver, and the next start tries again.
    if (closed && outcome.kind === 'failed') return;
    const tried = afterAttempt(delivery, outcome, parts.retrySeconds, parts.random());
    parts.count(outcome.kind);
    if (outcome.kind !== 'delivered') {
      const { organisation, id, type, status, nextAttemptAt } = tried;
      parts.log.warn(
        { organisation, webhook: webhook.id, id, type, status, nextAttemptAt, attempt: outcome.attempt },
        'a webhook was not delivered',
      );
    }
    await writeDown(tried, outcome.kind, exchange);
    finish(line, tried, clock.now());
  };

  /** A receiver that is behind is not told what is over before it could hear of it. */
  const leaveOut = async (line: Line, first: Delivery): Promise<void> => {
    const found = superseded([first, ...line.waiting.filter(parts.isPending)]);
    if (found.length === 0) return;
    try {
      await parts.coalesce(found);
      line.waiting = line.waiting.filter(parts.isPending);
    } catch (error) {
      parts.log.warn({ err: error, id: first.id }, 'what need not be sent any more could not be written down yet');
    }
  };

  const tryOnce = async (delivery: Delivery, webhook: Webhook): Promise<{ outcome: Outcome; exchange: Exchange | null }> => {
    const began = clock.now();
    let message: AnyMessage | null = null;
    let answer: Answer | null = null;
    let outcome: Outcome;
    try {
      message = messageOf(delivery, webhook, began, parts.home);
      answer = await sender.send(message);
      outcome = judge(answer, clock);
    } catch (error) {
      outcome = { kind: 'failed', attempt: { at: clock.now(), status: null, error: reasonOf(error) } };
    }
    return { outcome, exchange: message && exchangeKept(message, answer, outcome.attempt.at - began, webhook) };
  };

  /** What was sent is sent, though it cannot be shown. */
  const exchangeKept = (...exchange: Parameters<typeof exchangeOf>): Exchange | null => {
    try {
      return exchangeOf(...exchange);
    } catch (error) {
      parts.log.error({ err: error, webhook: exchange[3].id }, 'what was sent to a receiver could not be kept');
      return null;
    }
  };

  /** Until it is on disk: a message that arrived must not go out again while the daemon runs. */
  const writeDown = async (tried: Delivery, kind: Outcome['kind'], exchange: Exchange | null): Promise<void> => {
    for (;;) {
      try {
        await parts.record(tried, kind, exchange);
        return;
      } catch (error) {
        if (closed) return;
        parts.log.warn({ err: error, id: tried.id }, 'the result of a webhook could not be written down yet');
        await new Promise<void>((resolve) => clock.after(WRITE_AGAIN_MS, resolve));
      }
    }
  };

  const wakeAt = (at: Instant): void => {
    if (at === Number.POSITIVE_INFINITY || closed) return;
    if (timer && timer.at <= at && timer.at > clock.now()) return;
    timer?.cancel();
    const wait = Math.min(Math.max(0, at - clock.now()), LONGEST_WAIT_MS);
    timer = {
      at,
      cancel: clock.after(wait, () => {
        timer = null;
        pump();
      }),
    };
  };

  return {
    take(deliveries) {
      for (const delivery of deliveries) take(delivery);
      if (deliveries.length > 0) pump();
    },
    hold(organisation, webhook, about) {
      const receiver = receiverOf({ organisation, webhook });
      const free = about.map((one) => [one, lineOf(receiver, one)] as const).filter(([, line]) => !isBusy(line));
      for (const [, line] of free) line.held = true;
      return {
        held: new Set(free.map(([one]) => one)),
        release() {
          for (const [, line] of free) line.held = false;
          pump();
        },
      };
    },
    async close() {
      closed = true;
      timer?.cancel();
      const patience = new Promise<void>((resolve) => {
        const cancel = clock.after(PATIENCE_MS, resolve);
        Promise.all(running).then(() => {
          cancel();
          resolve();
        });
      });
      await patience;
      await sender.close();
      await Promise.all(running);
    },
  };
}
