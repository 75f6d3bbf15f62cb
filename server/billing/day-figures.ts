/** What each day of a stretch comes to, licence type by type, and what it would come to if devices were counted or days cut elsewhere. */
import type { BillingRule } from '../../shared/bill.ts';
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { type Entry, levelChange } from '../books/entry.ts';
import type { Span } from '../licensing/calendar.ts';
import { levelsBefore } from '../reports/entry-levels.ts';
import { levelBefore } from '../reports/level-reader.ts';
import type { ReportScope } from '../reports/scope.ts';
import { createEffort, pagedRows, type Work } from '../reports/work.ts';
import { addLevels, type Levels } from '../usage/levels.ts';
import type { DayEvidence, Sampled } from './difference-cause.ts';
import { findHolders, momentKey } from './holders.ts';
import { LevelLine } from './level-line.ts';
import { valuesOf } from './rules.ts';

const DAY_MS = 86_400_000;

/** A way of cutting time into days. */
interface Cut {
  dayOf(at: Instant): Span & { date: string };
}

/** One type's line through the days of one cut: a new line for each day. */
class DayLines {
  readonly found = new Map<string, Record<BillingRule, number>>();
  readonly #cut: Cut;
  readonly #sampleAfter: (at: Instant) => Instant;
  #level: Levels;
  #day: Span & { date: string };
  #line: LevelLine;

  constructor(cut: Cut, from: Instant, level: Levels, sampleAfter: (at: Instant) => Instant) {
    this.#cut = cut;
    this.#sampleAfter = sampleAfter;
    this.#level = level;
    this.#day = cut.dayOf(from);
    this.#line = new LevelLine(from, level, sampleAfter);
  }

  /** Nothing more happens before `at`. */
  reach(at: Instant): void {
    while (at >= this.#day.end) {
      this.#close(this.#day.end);
      const { end } = this.#day;
      this.#day = this.#cut.dayOf(end);
      this.#line = new LevelLine(end, this.#level, this.#sampleAfter);
    }
    this.#line.reach(at);
  }

  change(by: Levels): void {
    this.#level = addLevels(this.#level, by);
    this.#line.change(by);
  }

  finish(end: Instant): void {
    this.reach(end);
    this.#close(end);
  }

  #close(end: Instant): void {
    this.#line.finish(end);
    this.found.set(this.#day.date, valuesOf(this.#line));
  }
}

interface TypeLines {
  local: DayLines;
  devices: DayLines;
  utc: DayLines | null;
  standard: DayLines | null;
  whole: LevelLine;
  /** By date: receipts of those who came, of records that were received after their day. */
  late: Map<string, Instant[]>;
}

export interface DayFigures {
  days: (Span & { date: string })[];
  /** Null: nothing is known of that type. @param givenAt when the figure it is compared with was given */
  evidence(licenceType: string, date: string, givenAt: Instant): DayEvidence | null;
  /** The same of the whole stretch, as if it were one day; of a type of which nothing is known, of a stretch without anybody. */
  wholeEvidence(licenceType: string, givenAt: Instant): DayEvidence;
  /** Contingency max used of the whole stretch. */
  contingency(licenceType: string): number;
}

export function* readDayFigures(scope: ReportScope, span: Span, types: readonly string[]): Work<DayFigures> {
  const end = Math.min(span.end, scope.horizon);
  const cuts = cutsOf(scope, span);
  // Days that are cut elsewhere begin before, and end behind.
  const [from, to] = [span.start - DAY_MS, Math.min(end + DAY_MS, scope.horizon)];
  const moments = types.map((type) => ({ type, at: from - 1 }));
  const there = yield* findHolders(scope, moments);
  const before = yield* levelsBefore(
    scope,
    types.map((type) => ({ type, at: from })),
  );
  const lines = new Map<string, TypeLines>();
  const sampleAfter = (at: Instant): Instant => scope.buckets.bucket('5m', at).end;
  for (const [index, type] of types.entries()) {
    const level = before[index] as Levels;
    const holders = there.get(momentKey(moments[index] as (typeof moments)[number]))?.holders ?? [];
    const devices: Levels = [holders.reduce((sum, holder) => sum + holder.devices.length, 0), 0, 0, 0];
    lines.set(type, {
      local: new DayLines(cuts.local, from, level, sampleAfter),
      devices: new DayLines(cuts.local, from, devices, sampleAfter),
      utc: cuts.utc && new DayLines(cuts.utc, from, level, sampleAfter),
      standard: cuts.standard && new DayLines(cuts.standard, from, level, sampleAfter),
      whole: new LevelLine(span.start, levelBefore(scope, type, span.start), sampleAfter),
      late: new Map(),
    });
    yield;
  }
  const effort = createEffort();
  for (const { key, value } of pagedRows<Entry>(
    scope.disk,
    'entries',
    [scope.organisation, from],
    [scope.organisation, span.end + DAY_MS],
    (last) => scope.reached(last[1] as Instant),
  )) {
    const at = key[1] as Instant;
    for (const record of value.records) {
      const known = lines.get(record.type);
      if (known) takeRecord(known, at, value, record, span, cuts.local);
    }
    effort.spend(1 + value.records.length * 3);
    if (effort.tired()) yield;
  }
  for (const { local, devices, utc, standard, whole } of lines.values()) {
    for (const each of [local, devices, utc, standard]) each?.finish(to);
    whole.finish(end);
    yield;
  }
  return figuresOf(scope, span, end, lines);
}

function takeRecord(lines: TypeLines, at: Instant, entry: Entry, record: Entry['records'][number], span: Span, local: Cut): void {
  const { devices, late, whole } = lines;
  const by = levelChange(entry.kind, record);
  const held = entry.kind === 'refresh' ? null : ([record.acquired ? 1 : -1, 0, 0, 0] satisfies Levels);
  if (held) {
    devices.reach(at);
    devices.change(held);
  }
  if (!by) return;
  for (const line of [lines.local, lines.utc, lines.standard]) {
    line?.reach(at);
    line?.change(by);
  }
  if (at < span.start || at >= span.end) return;
  whole.reach(at);
  whole.change(by);
  const day = local.dayOf(at);
  if (by[0] > 0 && entry.receivedAt > day.end) getOrMake(late, day.date, () => []).push(entry.receivedAt);
}

function figuresOf(scope: ReportScope, span: Span, end: Instant, lines: ReadonlyMap<string, TypeLines>): DayFigures {
  const { local } = cutsOf(scope, span);
  const days: DayFigures['days'] = [];
  for (let at = span.start; at < span.end && at <= end; at = (days.at(-1) as Span).end) days.push(local.dayOf(at));
  const spans = new Map(days.map((day) => [day.date, day]));
  const nothing: Record<BillingRule, number> = { instant: 0, 'sustained:30m': 0, 'steady:15m': 0, 'sample:5m': 0, p95: 0 };
  const sampled = (found: Record<BillingRule, number> | undefined): Sampled | null =>
    found ? { instant: found.instant, 'sample:5m': found['sample:5m'] } : null;
  return {
    days,
    contingency: (type) => lines.get(type)?.whole.contingency.value ?? 0,
    wholeEvidence(type, givenAt) {
      const all = days.flatMap(({ date }) => evidence(type, date, givenAt) ?? []);
      return {
        ours: valuesOf((lines.get(type) as TypeLines).whole),
        devices: highestOf(all.map(({ devices }) => devices)) ?? { instant: 0, 'sample:5m': 0 },
        utc: highestOf(all.flatMap(({ utc }) => utc ?? [])),
        standardTime: highestOf(all.flatMap(({ standardTime }) => standardTime ?? [])),
        complete: all.every(({ complete }) => complete),
        lateAcquired: all.reduce((sum, day) => sum + day.lateAcquired, 0),
      };
    },
    evidence,
  };

  function evidence(type: string, date: string, givenAt: Instant): DayEvidence | null {
    const known = lines.get(type);
    const day = spans.get(date);
    if (!known || !day) return null;
    return {
      ours: known.local.found.get(date) ?? nothing,
      devices: sampled(known.devices.found.get(date)) ?? { instant: 0, 'sample:5m': 0 },
      utc: sampled(known.utc?.found.get(date)),
      standardTime:
        scope.buckets.offsetAt(day.start) === standardOffset(scope, day.start) ? null : sampled(known.standard?.found.get(date)),
      complete: scope.covered(day.start, Math.min(day.end, scope.now)),
      lateAcquired: (known.late.get(date) ?? []).filter((receivedAt) => receivedAt > givenAt).length,
    };
  }
}

function highestOf(all: readonly Sampled[]): Sampled | null {
  if (all.length === 0) return null;
  return {
    instant: Math.max(...all.map(({ instant }) => instant)),
    'sample:5m': Math.max(...all.map((each) => each['sample:5m'])),
  };
}

function cutsOf(scope: ReportScope, span: Span): { local: Cut; utc: Cut | null; standard: Cut | null } {
  const { calendar, offsetAt } = scope.buckets;
  let known: Span & { date: string } = { start: 0, end: 0, date: '' };
  const local: Cut = {
    dayOf(at) {
      if (at < known.start || at >= known.end) {
        const day = calendar.day(at);
        known = { ...day, date: calendar.localDateTime(day.start).slice(0, 10) };
      }
      return known;
    },
  };
  const standard = standardOffset(scope, span.start);
  const offsets = [offsetAt(span.start), offsetAt(span.end - 1)];
  return {
    local,
    utc: offsets.every((offset) => offset === 0) ? null : steadyDays(0),
    // In winter, and where clocks are never changed, those are the days of the local clock.
    standard: offsets.every((offset) => offset === standard) ? null : steadyDays(standard),
  };
}

/** Days of a clock that is always so many milliseconds ahead of UTC. */
function steadyDays(offset: number): Cut {
  return {
    dayOf(at) {
      const start = Math.floor((at + offset) / DAY_MS) * DAY_MS - offset;
      return { start, end: start + DAY_MS, date: new Date(start + offset).toISOString().slice(0, 10) };
    },
  };
}

/** Where clocks are changed, standard time is the one that is less ahead. */
function standardOffset({ buckets: { offsetAt } }: ReportScope, at: Instant): number {
  const HALF_YEAR = 182 * DAY_MS;
  return Math.min(offsetAt(at - HALF_YEAR), offsetAt(at), offsetAt(at + HALF_YEAR));
}
