/**
 * An evaluation that fails is a defect of ours, or a rule that nobody can read any more. It must not stop what matters more, recording:
 * the alert is unknown, with the reason, all others go on, and it is tried again. A receiver that cannot be told costs only itself.
 */
import type { Instant } from '../../shared/time.ts';
import type { Webhook } from '../webhooks/outbox.ts';
import { type Alerting, alertKey, type Watched } from './watched.ts';

/** How long it takes until a failed evaluation is tried again, if nothing happens before. */
const AGAIN_MS = 60_000;

export interface Failure {
  organisation: string;
  /** Null: not one rule failed, but something about all of them, or a receiver. */
  rule: string | null;
  licenceType: string | null;
  /** The receiver that could not be told; null where alerts could not be evaluated. */
  webhook: string | null;
  error: unknown;
  /** It did not fail, or not in that way, when last tried: what goes on failing is not worth a line of the log each time. */
  isNew: boolean;
}

const WHOLE = '';

/** @returns why, as people read it */
export function noteFailure(
  alerting: Alerting,
  watched: Watched,
  error: unknown,
  about: { rule: string; licenceType: string } | null,
): string {
  const reason = `it could not be evaluated: ${error instanceof Error ? error.message : String(error)}`;
  const key = about ? alertKey(about.rule, about.licenceType) : WHOLE;
  const isNew = watched.troubles.get(key) !== reason;
  watched.troubles.set(key, reason);
  const { rule, licenceType } = about ?? { rule: null, licenceType: null };
  alerting.failures.push({ organisation: watched.id, rule, licenceType, webhook: null, error, isNew });
  return reason;
}

/** Does what is about one receiver. If that fails, say because nobody can read its row any more, the others still hear of everything. */
export function forReceiver(alerting: Alerting, watched: Watched, { id }: Webhook, act: () => void): void {
  try {
    act();
  } catch (error) {
    const reason = String(error);
    const isNew = watched.unreached.get(id) !== reason;
    watched.unreached.set(id, reason);
    if (alerting.failures.some(({ organisation, webhook }) => organisation === watched.id && webhook === id)) return;
    alerting.failures.push({ organisation: watched.id, rule: null, licenceType: null, webhook: id, error, isNew });
  }
}

export const noteSuccess = (watched: Watched, rule: string, licenceType: string): void => {
  if (watched.troubles.size > 0) watched.troubles.delete(alertKey(rule, licenceType));
};

export const noteWholeSuccess = (watched: Watched): void => {
  watched.troubles.delete(WHOLE);
};

/** @param isOver whether the rule is no longer about a licence type */
export function forgetTroubles(watched: Watched, rule: string, isOver: (licenceType: string) => boolean): void {
  const ofRule = alertKey(rule, '');
  for (const key of watched.troubles.keys()) {
    if (key.startsWith(ofRule) && isOver(key.slice(ofRule.length))) watched.troubles.delete(key);
  }
}

/** When what failed is tried again. */
export function retryFailed(watched: Watched, now: Instant): Instant {
  if (watched.troubles.size === 0) return Number.POSITIVE_INFINITY;
  watched.everything = true;
  return now + AGAIN_MS;
}

/** Why a rule cannot be evaluated at the moment, for one of its licence types at least; undefined: it can. */
export function troubleOf(troubles: ReadonlyMap<string, string>, rule: string): string | undefined {
  for (const [key, reason] of troubles) if (key === WHOLE || key.startsWith(alertKey(rule, ''))) return reason;
  return undefined;
}
