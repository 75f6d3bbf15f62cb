/** The bill of one period: every licence type's line followed through the entries, from where it was left the last time. */
import type { Bill, BillingPeriodView, BillLicence, BillReceipt, PeakQuery, PeakView, ReceiptRule } from '../../shared/bill.ts';
import { getOrMake } from '../../shared/maps.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../../shared/time.ts';
import type { Peak } from '../../shared/views.ts';
import { levelChange } from '../books/entry.ts';
import type { Shape } from '../books/pack.ts';
import type { BillingPeriod, Span } from '../licensing/calendar.ts';
import { levelsBefore } from '../reports/entry-levels.ts';
import { levelBefore } from '../reports/level-reader.ts';
import { PackCursor } from '../reports/pack-cursor.ts';
import { packedPieces } from '../reports/packed-pieces.ts';
import { certaintyOf, type ReportScope } from '../reports/scope.ts';
import { createEffort, type Work } from '../reports/work.ts';
import { compareKeys } from '../store/keys.ts';
import type { Key } from '../store/store.ts';
import type { Levels } from '../usage/levels.ts';
import { type KnownPeriod, keepCheckpoint } from './bill-cache.ts';
import { knownPeriod } from './bill-keeping.ts';
import { findHolders, type Moment, type MomentHolders, momentKey } from './holders.ts';
import { type HeldMark, LevelLine, type LineMark } from './level-line.ts';
import { priceOf } from './price.ts';
import { secondsAtOrAbove, sustained, valuesOf } from './rules.ts';

type Lines = Map<string, LevelLine>;

/** Entries between two places from which reading may go on. */
const CHECKPOINT_EVERY = 16_384;

export function periodView(scope: ReportScope, period: BillingPeriod): BillingPeriodView {
  return {
    period: period.name,
    start: formatInstant(period.start),
    end: formatInstant(period.end),
    ...certaintyOf(scope, period),
  };
}

export function* readBill(scope: ReportScope, period: BillingPeriod): Work<Bill> {
  const known = knownPeriod(scope, period);
  const followed = yield* followLines(scope, period, known, scope.types);
  const end = Math.min(period.end, scope.horizon);
  const lines: Lines = new Map();
  for (const [type, line] of followed) {
    const whole = line.copy();
    whole.finish(end);
    lines.set(type, whole);
    yield;
  }
  const holders = yield* readHolders(scope, known, lines);
  const licences: BillLicence[] = [];
  for (const [type, line] of lines) {
    licences.push(billLicence(scope, period, type, line, holders));
    yield;
  }
  return { organisation: scope.organisation, ...periodView(scope, period), timeZone: scope.timeZone, licences };
}

/** The highest level of one licence type in any stretch that has begun, and who made it. */
export function* readPeak(scope: ReportScope, { licenceType, from, to }: PeakQuery): Work<PeakView> {
  const known: KnownPeriod = { organisation: scope.organisation, checkpoints: [], moments: new Map() };
  const lines = yield* followLines(scope, { start: from, end: to }, known, [licenceType], licenceType);
  const line = lines.get(licenceType) as LevelLine;
  line.finish(Math.min(to, scope.horizon));
  const { at } = line.mark;
  const moment = { type: licenceType, at: at ?? from };
  const found = yield* findHolders(scope, at === null ? [] : [moment]);
  return {
    licenceType,
    from: formatInstant(from),
    to: formatInstant(to),
    ...certaintyOf(scope, { start: from, end: to }),
    receipt: receiptOf(line.mark, found.get(momentKey(moment))),
  };
}

/**
 * Follows lines through a stretch, from the last place up to which nothing has changed since.
 * @param only the one type that is asked about; else all that occur
 */
function* followLines(scope: ReportScope, period: Span, known: KnownPeriod, types: readonly string[], only?: string): Work<Lines> {
  const from = known.checkpoints.at(-1);
  const asked = from ? [] : types.map((type) => ({ type, at: period.start }));
  const entering = yield* levelsBefore(scope, asked);
  const levelsThen = new Map(asked.map(({ type }, i) => [type, entering[i] as Levels]));
  const begin = (type: string): LevelLine =>
    new LevelLine(period.start, levelsThen.get(type) ?? levelBefore(scope, type, period.start), (at) => scope.buckets.bucket('5m', at).end);
  const lines: Lines = new Map(types.map((type) => [type, from?.lines.get(type)?.copy() ?? begin(type)]));
  for (const [type, line] of from?.lines ?? []) if (!lines.has(type)) lines.set(type, line.copy());
  let next: Key = from?.next ?? [scope.organisation, period.start];
  scope.reached(next[1] as Instant);
  let entries = from?.entries ?? 0;
  const keep = (): void => {
    const last = known.checkpoints.at(-1);
    if (!scope.undisturbed() || (last && compareKeys(next, last.next) <= 0)) return;
    keepCheckpoint(known, { next, entries, lines: new Map([...lines].map(([type, line]) => [type, line.copy()])) });
  };
  let toKeep = entries + CHECKPOINT_EVERY;
  const effort = createEffort();
  for (const piece of packedPieces(scope, next, period.end)) {
    const cursor = new PackCursor(piece.pack, piece.start);
    const changes = cursor.shapes.map((shape) => changesOf(shape, only));
    while (cursor.nextAt < piece.to && cursor.next()) {
      if (cursor.at < piece.from) continue;
      entries++;
      for (const change of changes[cursor.shape] as LevelChange[]) {
        const { type, by } = change;
        change.line ??= getOrMake(lines, type, () => begin(type));
        change.line.reach(cursor.at);
        change.line.change(by);
        effort.spend(1);
      }
      if (effort.tired()) yield;
    }
    next = piece.next;
    effort.spend(piece.read);
    if (effort.tired()) yield;
    if (entries < toKeep) continue;
    keep();
    toKeep = entries + CHECKPOINT_EVERY;
  }
  keep();
  return lines;
}

interface LevelChange {
  type: string;
  by: Levels;
  /** Looked up at its first change. */
  line: LevelLine | null;
}

/** How entries of a shape move levels. @param only the one type that is asked about */
const changesOf = ({ kind, records }: Shape, only: string | undefined): LevelChange[] =>
  records.flatMap((record) => {
    const by = only === undefined || record.type === only ? levelChange(kind, record) : null;
    return by ? [{ type: record.type, by, line: null }] : [];
  });

const marksOf = (line: LevelLine): Record<ReceiptRule, HeldMark> => {
  const level = sustained(line.time);
  const heldMs = [...line.time].reduce((sum, [each, milliseconds]) => (each >= level ? sum + milliseconds : sum), 0);
  return {
    instant: line.mark,
    'sustained:30m': { value: level, at: line.firstAtOrAbove(level), heldMs: level === 0 ? 0 : heldMs },
    'steady:15m': line.steady,
    'sample:5m': line.sample,
  };
};

/** Who was there at the marks: looked up once, as long as nothing before them changes. */
function* readHolders(scope: ReportScope, known: KnownPeriod, lines: Lines): Work<Map<string, MomentHolders>> {
  const moments = [...lines].flatMap(([type, line]) =>
    Object.values(marksOf(line)).flatMap(({ at }): Moment[] => (at === null ? [] : [{ type, at }])),
  );
  const sought = moments.filter((moment) => !known.moments.has(momentKey(moment)));
  const found = yield* findHolders(scope, sought);
  const holders = new Map(moments.map((moment) => [momentKey(moment), known.moments.get(momentKey(moment))?.found]));
  for (const [key, each] of found) holders.set(key, each);
  const all = holders as Map<string, MomentHolders>;
  if (scope.undisturbed()) {
    known.moments = new Map(
      moments.map((moment) => [momentKey(moment), { at: moment.at, found: all.get(momentKey(moment)) as MomentHolders }]),
    );
  }
  return all;
}

const receiptOf = ({ at, value, heldMs }: HeldMark, found: MomentHolders | undefined): BillReceipt => ({
  at: formatInstantOrNull(at),
  value,
  heldForSeconds: heldMs / 1000,
  tippedBy: found?.tippedBy ?? null,
  holders: found?.holders ?? [],
});

const peak = ({ value, at }: LineMark): Peak => ({ value, at: formatInstantOrNull(at) });

function billLicence(
  scope: ReportScope,
  period: BillingPeriod,
  licenceType: string,
  line: LevelLine,
  holders: ReadonlyMap<string, MomentHolders>,
): BillLicence {
  const marks = marksOf(line);
  const receipt = (mark: HeldMark) =>
    receiptOf(mark, mark.at === null ? undefined : holders.get(momentKey({ type: licenceType, at: mark.at })));
  const receipts = {
    instant: receipt(marks.instant),
    'sustained:30m': receipt(marks['sustained:30m']),
    'steady:15m': receipt(marks['steady:15m']),
    'sample:5m': receipt(marks['sample:5m']),
  };
  const values = valuesOf(line);
  const at = Math.min(period.end - 1, scope.now);
  const { unitPrice, contingencyPrice } = scope.entitlementsAt(at).get(licenceType) ?? {};
  const price = priceOf(scope.versions, { licenceType, start: period.start, at }, line.contingency.value, values);
  return {
    licenceType,
    highWaterMark: {
      instant: peak(line.mark),
      'sustained:30m': { value: values['sustained:30m'] },
      'steady:15m': { value: values['steady:15m'] },
      'sample:5m': { value: values['sample:5m'] },
      p95: { value: values.p95 },
    },
    contingencyMaxUsed: peak(line.contingency),
    secondsAtOrAbove: secondsAtOrAbove(line.time),
    receipt: receipts.instant,
    receipts,
    ...(unitPrice !== undefined && { unitPrice }),
    ...(contingencyPrice !== undefined && { contingencyPrice }),
    ...(price && { price }),
  };
}
