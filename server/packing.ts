/** Packs entries for reports, one stretch at a time: read beside the line, in pieces, and written in a batch of their own. */
import type { Instant } from '../shared/time.ts';
import type { Batch } from './books/batch.ts';
import type { Organisation } from './books/organisation.ts';
import { nextToPack, type PackingPace, type ToPack, writePack } from './books/packs.ts';
import { NotRecordingError } from './pipeline-types.ts';
import { readPack } from './reports/read-pack.ts';
import type { ReadWatches } from './reports/read-watch.ts';
import type { Turns } from './reports/turns.ts';
import { runInPieces } from './reports/work.ts';
import type { Reader } from './store/store.ts';

/** What failed is not tried again at once. */
const RETRY_MS = 60_000;
/** Where there was nothing to do it is looked again after so long. */
const LOOK_MS = 1_000;

export interface PackingParts {
  store: Reader;
  watches: ReadWatches;
  turns: Turns;
  pace: PackingPace;
  log: { error(fields: object, message: string): void };
  organisations: () => ReadonlyMap<string, Organisation>;
  submit: (weight: number, decide: (batch: Batch) => void) => Promise<void>;
}

export interface Packing {
  /** Begins the next pack, unless one is under way or was just made. */
  pack(now: Instant): void;
}

export function createPacking({ store, watches, turns, pace, log, organisations, submit }: PackingParts): Packing {
  let busy = false;
  let last = '';
  let after = Number.NEGATIVE_INFINITY;

  const packOne = async (id: string, stretch: ToPack): Promise<void> => {
    const watch = watches.begin(id);
    // Whatever is written up to there, while it is read or before it is written, has it read again.
    watch.readTo = stretch.end;
    try {
      const read = await runInPieces(readPack(store, id, stretch, pace.entries), turns);
      await submit(1, (batch) => writePack(batch, { organisation: id, stretch, ...read, stillTrue: () => !watch.disturbed }));
    } finally {
      watches.end(id, watch);
    }
  };

  return {
    pack(now) {
      if (busy || (now < after && now >= after - RETRY_MS)) return;
      const next = nextOf(organisations(), last, pace, now);
      after = now + (next ? pace.everyMs : LOOK_MS);
      if (!next) return;
      last = next.id;
      busy = true;
      packOne(next.id, next.stretch).then(
        () => {
          busy = false;
        },
        (error) => {
          busy = false;
          after = now + RETRY_MS;
          if (!(error instanceof NotRecordingError)) log.error({ err: error }, 'entries could not be packed for reports');
        },
      );
    },
  };
}

/** Those after `last` first, so that everyone gets a turn. */
function nextOf(organisations: ReadonlyMap<string, Organisation>, last: string, pace: PackingPace, now: Instant) {
  let first: { id: string; stretch: ToPack } | null = null;
  for (const [id, organisation] of organisations) {
    if (first && id <= last) continue;
    const stretch = nextToPack(organisation, pace, now);
    if (!stretch) continue;
    if (id > last) return { id, stretch };
    first ??= { id, stretch };
  }
  return first;
}
