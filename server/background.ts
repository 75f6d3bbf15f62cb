/** What the line does for itself, a piece at a time and behind whoever waits: the past worked out again, and what is kept no longer removed. */
import type { Instant } from '../shared/time.ts';
import { finishPiece, unfinishedReceiver } from './alerting/removal.ts';
import type { Alerting } from './alerting/watched.ts';
import type { Agenda } from './books/agenda.ts';
import { type Batch, organisationOf } from './books/batch.ts';
import { billToKeep, keepNext, nextToKeep, type Retention } from './books/keep.ts';
import type { Organisation } from './books/organisation.ts';
import { recomputeNext } from './books/recompute.ts';
import type { Clock } from './clock.ts';
import { type Committed, NotRecordingError } from './pipeline-types.ts';
import type { Reader } from './store/store.ts';

/** A piece that failed is not tried again at once. */
const RETRY_PIECE_MS = 10_000;
/** A piece of retention that failed is tried again after so long; where there was nothing to do, or no room to do it in, it is looked again. */
const RETRY_KEEPING_MS = 600_000;
const LOOK_FOR_KEEPING_MS = 1_000;

export interface BackgroundParts {
  store: Reader;
  clock: Clock;
  committed: Committed;
  retention: Retention;
  log: { error(fields: object, message: string): void };
  /** They are others after a commit that failed. */
  agenda: () => Agenda;
  alerting: () => Alerting;
  organisations: () => ReadonlyMap<string, Organisation>;
  isReady: () => boolean;
  submit: (weight: number, decide: (batch: Batch) => void, probe?: boolean) => Promise<void>;
}

export interface Background {
  /** Queues the next piece of what is being worked out again, if none is queued. */
  recompute(): void;
  /** Queues the next piece of what is left to do about receivers that are deleted or gone, if none is queued. */
  finishReceivers(): void;
  /** Queues one piece of what is kept no longer: it is never in a hurry. */
  keep(now: Instant): void;
}

export function createBackground({
  store,
  clock,
  committed,
  retention,
  log,
  agenda,
  alerting,
  organisations,
  isReady,
  submit,
}: BackgroundParts): Background {
  let pieceQueued = false;
  let recomputedLast = '';
  let recomputeAfter = Number.NEGATIVE_INFINITY;
  let receiverQueued = false;
  let receiversAfter = Number.NEGATIVE_INFINITY;
  let keepQueued = false;
  let keptLast = '';
  let keepAfter = Number.NEGATIVE_INFINITY;

  /** A bill is read in pieces, beside the line; nothing late changes it any more. */
  const keepOf = async (organisation: Organisation): Promise<void> => {
    const { id } = organisation;
    const name = billToKeep(store, organisation);
    const figures = name === null ? null : await committed.reports(id)?.figures(name);
    await submit(1, (batch) => keepNext(batch, organisationOf(batch, id), retention, figures?.bill ?? null), true);
  };

  const background: Background = {
    recompute() {
      const next = isReady() && !pieceQueued && clock.now() >= recomputeAfter && agenda().nextToRecompute(recomputedLast);
      if (!next) return;
      recomputedLast = next;
      pieceQueued = true;
      submit(1, (batch) => recomputeNext(batch, organisationOf(batch, next))).then(
        () => {
          pieceQueued = false;
          background.recompute();
        },
        () => {
          pieceQueued = false;
          recomputeAfter = clock.now() + RETRY_PIECE_MS;
        },
      );
    },
    finishReceivers() {
      const next = isReady() && !receiverQueued && clock.now() >= receiversAfter && unfinishedReceiver(store);
      if (!next) return;
      receiverQueued = true;
      submit(1, (batch) => finishPiece(batch, alerting(), next)).then(
        () => {
          receiverQueued = false;
          background.finishReceivers();
        },
        () => {
          receiverQueued = false;
          receiversAfter = clock.now() + RETRY_PIECE_MS;
        },
      );
    },
    keep(now) {
      if (keepQueued || (now < keepAfter && now >= keepAfter - RETRY_KEEPING_MS)) return;
      const next = nextToKeep(organisations(), keptLast, now);
      if (!next) {
        keepAfter = now + LOOK_FOR_KEEPING_MS;
        return;
      }
      keptLast = next.id;
      keepQueued = true;
      const over = () => {
        keepQueued = false;
      };
      keepOf(next).then(over, (error) => {
        over();
        // The first commit that meets with a full disk gives the ballast up: the next may find room.
        const isFull = error instanceof NotRecordingError;
        if (!isFull) log.error({ err: error }, 'what is kept no longer could not be removed');
        keepAfter = clock.now() + (isFull ? LOOK_FOR_KEEPING_MS : RETRY_KEEPING_MS);
      });
    },
  };
  return background;
}
