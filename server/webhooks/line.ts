/** Messages about one thing to one receiver: one after the other, oldest first. */
import type { Instant } from '../../shared/time.ts';
import type { Delivery } from './outbox.ts';

export interface Line {
  /** Without the one under way. */
  waiting: Delivery[];
  underWay: Delivery | null;
  /** The receiver is just told otherwise. */
  held: boolean;
  /** When the first may be tried; kept here, so that a restart tries at once. */
  at: Instant;
}

export const newLine = (): Line => ({ waiting: [], underWay: null, held: false, at: Number.NEGATIVE_INFINITY });

export const isBusy = ({ underWay, held }: Line): boolean => held || underWay !== null;

/** A message that is on disk now: a new one, or an old one that somebody wants tried at once. */
export function enter(line: Line, delivery: Delivery, now: Instant): void {
  if (line.underWay?.n === delivery.n) return;
  const index = line.waiting.findIndex((one) => one.n >= delivery.n);
  const known = line.waiting[index]?.n === delivery.n;
  line.waiting.splice(index < 0 ? line.waiting.length : index, known ? 1 : 0, delivery);
  // Whatever the first waited for, this one does not.
  if (known || index === 0) line.at = now;
}

/** Takes the first out, to be tried. */
export function startFirst(line: Line): Delivery | null {
  line.underWay = line.waiting.shift() ?? null;
  return line.underWay;
}

/** The one under way was tried: it waits again, or the next may go. */
export function finish(line: Line, tried: Delivery, now: Instant): void {
  line.underWay = null;
  line.at = Number.NEGATIVE_INFINITY;
  if (tried.status !== 'pending') return;
  enter(line, tried, now);
  if (line.waiting[0]?.n === tried.n) line.at = tried.nextAttemptAt ?? now;
}
