/** An Alertmanager forgets an alert that nobody tells it of again: what still fires is told every minute, without going through the outbox. */
import type { Cancel, Clock } from '../clock.ts';
import { alertmanagerV2Message } from './formats/render.ts';
import type { Delivery, StillFiring, Webhook } from './outbox.ts';
import { judge, reasonOf } from './post.ts';
import type { Sender } from './send.ts';
import type { WebhookWorker, WorkerLog } from './worker.ts';

const EVERY_MS = 60_000;
/** In one request, as Prometheus does. */
const AT_ONCE = 64;

export interface RefreshParts {
  clock: Clock;
  sender: Pick<Sender, 'send'>;
  /** As committed at the moment, of one organisation or of all. */
  firing: (organisation?: string) => StillFiring[];
  hold: WebhookWorker['hold'];
  home: string;
  count: (outcome: 'sent' | 'failed') => void;
  log: WorkerLog;
}

/** Begins at once: the daemon may have been away for a while. @returns how to stop */
export function startRefresh(parts: RefreshParts): Cancel {
  const { clock, log } = parts;
  const busy = new Set<string>();
  const failing = new Set<string>();

  const refresh = async ({ organisation, webhook: { id }, alerts }: StillFiring, key: string): Promise<void> => {
    for (let first = 0; first < alerts.length; first += AT_ONCE) {
      const some = alerts.slice(first, first + AT_ONCE);
      // What is just being told by a message of its own, perhaps that it is over, must not be told otherwise at the same time.
      const { held, release } = parts.hold(
        organisation,
        id,
        some.map(({ about }) => about),
      );
      try {
        // Nor what was over while the requests before this one were under way; and the receiver may be another by now, or none.
        const now = parts.firing(organisation).find(({ webhook }) => webhook.id === id);
        if (!now) return;
        const left = now.alerts.filter(({ about }) => held.has(about));
        if (left.length === 0) continue;
        const problem = await send(now.webhook, left, organisation);
        if (!note(key, now.webhook, organisation, problem)) return;
      } finally {
        release();
      }
    }
  };

  /** @returns why it did not arrive, or null */
  const send = async (webhook: Webhook, alerts: StillFiring['alerts'], organisation: string): Promise<string | null> => {
    const now = clock.now();
    try {
      const deliveries = alerts.map((alert) => ({ ...alert, organisation, at: now }) as Delivery);
      const outcome = judge(await parts.sender.send(alertmanagerV2Message(deliveries, webhook, now, parts.home)), clock);
      return outcome.kind === 'delivered' ? null : (outcome.attempt.error ?? 'failed');
    } catch (error) {
      return reasonOf(error);
    }
  };

  /** Says only that it begins or ends. @returns whether it arrived */
  const note = (key: string, webhook: Webhook, organisation: string, problem: string | null): boolean => {
    parts.count(problem === null ? 'sent' : 'failed');
    if (problem !== null && !failing.has(key)) {
      log.warn(
        { organisation, webhook: webhook.id, problem },
        'an Alertmanager cannot be told which alerts still fire: it will take them for over',
      );
      failing.add(key);
    }
    if (problem === null && failing.delete(key)) log.warn({ organisation, webhook: webhook.id }, 'the Alertmanager can be told again');
    return problem === null;
  };

  const run = (): void => {
    for (const one of parts.firing()) {
      const key = JSON.stringify([one.organisation, one.webhook.id]);
      if (busy.has(key) || one.alerts.length === 0) continue;
      busy.add(key);
      void refresh(one, key)
        .catch((error) => log.error({ err: error, organisation: one.organisation }, 'something beside the line failed'))
        .finally(() => busy.delete(key));
    }
  };
  run();
  return clock.every(EVERY_MS, run);
}
