/**
 * Closes billing periods that are over, and revises those whose records changed since. The bill is read beside the line; only what
 * came of it goes through it, and is written if nothing of the past changed meanwhile.
 */
import type { StatementContent, StatementReason } from '../../shared/statements.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { type BillingPeriod, createCalendar } from '../licensing/calendar.ts';
import { NotRecordingError, type Pipeline } from '../pipeline-types.ts';
import { type ClosingTimes, closesByItself, quietFrom } from './closing-times.ts';
import { differencesOf, type Figures, seal, sealed } from './statement.ts';

const LOOK_EVERY_MS = 30_000;
/** How often bills are read on, so that after a start only what came since has to be read. */
const READ_ON_EVERY_MS = 3_600_000;
/** Readings of one bill, while the past keeps changing under it. */
const ATTEMPTS = 3;

export interface Closer {
  /** Writes the statement of a period that is over, unless the newest one says the same. */
  close(organisation: string, period: string, by: string | null): Promise<Closed>;
  /** Resolves when everything that was due has been looked at. */
  looked(): Promise<void>;
  stop(): Promise<void>;
}

/** `running`: the period is not over; `changing`: what it is about is being worked out again. */
export type Closed = 'closed' | 'unchanged' | 'running' | 'changing' | 'unknown';

export interface CloserParts {
  clock: Clock;
  log: { error(fields: object, message: string): void };
  pipeline: Pick<Pipeline, 'committed' | 'health' | 'writeStatement' | 'settleClosing' | 'keepBillCheckpoint'>;
  times: ClosingTimes;
}

interface Occasion {
  reason: StatementReason;
  by: string | null;
}

export function createCloser({ clock, log, pipeline, times }: CloserParts): Closer {
  const { committed } = pipeline;
  /** By organisation: nothing is due before, as long as this stays as it is. */
  const known = new Map<string, { as: string; dueAt: Instant }>();
  const readAt = new Map<string, Instant>();
  let looking: Promise<void> | null = null;
  const stopping = new AbortController();
  const { signal } = stopping;

  const close = async (organisation: string, period: string, { reason, by }: Occasion): Promise<Closed> => {
    for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt++) {
      const reports = committed.reports(organisation);
      const closing = committed.closing(organisation);
      const [closedAt, seq] = [clock.now(), committed.seq()];
      const figures = await reports?.figures(period, signal);
      if (!figures) return 'unknown';
      if (Date.parse(figures.bill.end) > closedAt) return 'running';
      if (figures.bill.provisional || !closing) return 'changing';
      const { hash: figuresHash } = await sealed(figures);
      const before = committed.statement(organisation, period);
      if (before?.stored.figuresHash === figuresHash) return 'unchanged';
      const content: StatementContent = {
        organisation,
        period,
        number: before ? before.number + 1 : 1,
        previousHash: before?.stored.hash ?? null,
        closedAt: formatInstant(closedAt),
        seq,
        reason: before && reason === 'period-over' ? 'records-changed' : reason,
        by,
        ...figures,
        differences: before ? differencesOf(JSON.parse(before.text()) as Figures, figures) : [],
      };
      const { number, previousHash } = content;
      const made = { organisation, period, number, previousHash, figuresHash, closedAt, seq, reason: content.reason, by };
      if (await pipeline.writeStatement({ ...made, ...(await seal(content)), changes: closing.changes })) return 'closed';
    }
    return 'changing';
  };

  /** @returns when what could not be done now is to be tried again; null: all that is due is done */
  const closeDue = async (organisation: string, now: Instant): Promise<Instant | null> => {
    const closing = committed.closing(organisation);
    const reports = committed.reports(organisation);
    if (!closing || !reports) return null;
    if (now < quietFrom(closing, times)) return quietFrom(closing, times);
    const { closedTo, changedFrom, changes } = closing;
    const from = Math.min(closedTo ?? Number.NEGATIVE_INFINITY, changedFrom ?? Number.POSITIVE_INFINITY);
    const ended: BillingPeriod[] = reports.endedPeriods(from);
    const due = ended.filter(({ end, name }) => {
      const closes = end + times.closeAfterMs <= now && closesByItself(end, now);
      return closes || committed.statement(organisation, name);
    });
    for (const { name } of due) {
      const done = await close(organisation, name, { reason: 'period-over', by: null });
      if (done === 'changing' || signal.aborted) return now + times.reviseAfterMs;
    }
    const last = ended.findLast(({ end }) => end + times.closeAfterMs <= now)?.end ?? closedTo;
    if (changedFrom !== null || last !== closedTo) await pipeline.settleClosing(organisation, last, changes);
    return null;
  };

  const readOn = async (organisation: string, now: Instant): Promise<void> => {
    if (now < (readAt.get(organisation) ?? Number.NEGATIVE_INFINITY) + READ_ON_EVERY_MS) return;
    readAt.set(organisation, now);
    const read = await committed.reports(organisation)?.readOn(now, signal);
    if (read) await pipeline.keepBillCheckpoint(organisation, read);
  };

  const lookAll = async (): Promise<void> => {
    for (const { organisation, timeZone, billingPeriodStartDay } of committed.organisations()) {
      const closing = committed.closing(organisation);
      if (signal.aborted) return;
      if (!closing) continue;
      const now = clock.now();
      const as = JSON.stringify([closing, timeZone, billingPeriodStartDay]);
      const before = known.get(organisation);
      try {
        await readOn(organisation, now);
        if (before?.as === as && now < before.dueAt) continue;
        const again = await closeDue(organisation, now);
        const running = createCalendar(timeZone, billingPeriodStartDay).billingPeriod(closing.closedTo ?? now);
        known.set(organisation, { as, dueAt: again ?? running.end + times.closeAfterMs });
      } catch (error) {
        if (!signal.aborted && !(error instanceof NotRecordingError))
          log.error({ err: error, organisation }, 'a billing period was not closed');
      }
    }
  };

  const look = (): void => {
    if (signal.aborted || pipeline.health().state !== 'ready') return;
    looking ??= lookAll()
      .catch((error) => log.error({ err: error }, 'something beside the line failed'))
      .finally(() => {
        looking = null;
      });
  };
  const stopLooking = clock.every(LOOK_EVERY_MS, look);
  look();

  return {
    close: (organisation, period, by) => close(organisation, period, { reason: 'requested', by }),
    async looked() {
      await looking;
      look();
      await looking;
    },
    async stop() {
      stopping.abort();
      stopLooking();
      await looking;
    },
  };
}
