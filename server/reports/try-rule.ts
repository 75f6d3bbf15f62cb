/** What an alert rule would have done: its course over the exact line of levels as it is known now, from the same step as the live one. */
import { type AlertMetric, type AlertRule, compares, EVERY_TYPE, type TriedFiring, type TriedRule } from '../../shared/alerts.ts';
import type { Entitlement } from '../../shared/organisation.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import { type Course, dueAt, INACTIVE, step } from '../alerts/evaluate.ts';
import type { Span } from '../licensing/calendar.ts';
import { addLevels, figures, type Levels, type Stretch, sameLevels } from '../usage/levels.ts';
import { BUCKET_MS, bucketStart, type Change, HOUR_MS } from '../usage/open-bucket.ts';
import { createLevelReader, type LevelReader, levelBefore } from './level-reader.ts';
import { certaintyOf, type ReportScope } from './scope.ts';
import { createEffort, type Effort, type Work } from './work.ts';

/** Firings that are listed; all are counted. */
const LISTED = 1_000;

const DAY_MS = 86_400_000;
/** Stretches that are looked at in turn: of a day that cannot be passed over its hours, and of such an hour its five minutes. */
const PIECES = [HOUR_MS, BUCKET_MS];
/** What a look at one stretch costs beside the rows of it, in rows: a reader has to find its place. */
const LOOK_ROWS = 32;

/** What is tried. */
interface Trial {
  scope: ReportScope;
  rule: AlertRule;
  turns: readonly Turn[];
  effort: Effort;
}

interface Line {
  licenceType: string;
  reader: LevelReader;
  level: Levels;
  /** Highest in use of the billing period so far. */
  peak: number;
  /** Whether the type was used or entitled by now: before that no rule applies to it. */
  known: boolean;
  course: Course;
  value: number | null;
  extreme: number | null;
  open: TriedFiring | null;
  firings: TriedFiring[];
  count: number;
}

/**
 * As if the rule had been set at `from`; `to` is exclusive. The feed's silences are not repeated: what came late is known by now.
 * Days and hours in which the value stays on one side of what the rule compares it with are passed in one step; only where it crosses are the five
 * minutes looked at, and only in those each event.
 */
export function* tryRule(scope: ReportScope, rule: AlertRule, from: Instant, to: Instant): Work<TriedRule> {
  const effort = createEffort();
  const trial: Trial = { scope, rule, turns: turnsOf(scope, from, to), effort };
  const lines: Line[] = [];
  yield* scope.cuts.prepare(from);
  for (const type of scope.types) {
    if (rule.licenceType !== EVERY_TYPE && rule.licenceType !== type) continue;
    lines.push(beginLine(scope, rule, type, from, effort));
    effort.spend(LOOK_ROWS);
    if (effort.tired()) yield;
  }
  for (const span of spansOf({ start: from, end: to }, DAY_MS)) {
    yield* scope.cuts.prepare(span.end);
    for (const line of lines) yield* walk(trial, line, line.reader, span, PIECES);
    scope.reached(span.end);
  }
  const firings = lines.flatMap((line) => line.firings).sort((a, b) => (a.firedAt < b.firedAt ? -1 : a.firedAt > b.firedAt ? 1 : 0));
  const count = lines.reduce((sum, line) => sum + line.count, 0);
  return {
    from: formatInstant(from),
    to: formatInstant(to),
    count,
    firings: firings.slice(0, LISTED),
    ...certaintyOf(scope, { start: from, end: to }),
    truncated: count > LISTED,
  };
}

/** Goes through a stretch: at once if it can be passed over, else in its pieces, and where there are none, instant by instant. */
function* walk(trial: Trial, line: Line, reader: LevelReader, span: Span, [piece, ...smaller]: readonly number[]): Work<void> {
  const { scope, effort } = trial;
  const enter = line.level;
  const stretch = reader.next(span.end);
  if (!passOver(trial, line, span, stretch)) {
    line.level = enter;
    if (piece === undefined) yield* follow(trial, line, span);
    else {
      const inner = createLevelReader(scope, line.licenceType, span.start, effort);
      for (const part of spansOf(span, piece)) yield* walk(trial, line, inner, part, smaller);
    }
  }
  line.level = stretch.exit;
  effort.spend(LOOK_ROWS);
  if (effort.tired()) yield;
}

/** Cut where the clock of UTC shows a multiple of a length. */
function* spansOf({ start, end }: Span, length: number): Generator<Span, void> {
  for (let at = start; at < end; ) {
    const until = Math.min((Math.floor(at / length) + 1) * length, end);
    yield { start: at, end: until };
    at = until;
  }
}

/** Passes a stretch in one step where the rule says the same of all of it. @returns whether it does */
function passOver({ scope, rule, turns }: Trial, line: Line, { start, end }: Span, stretch: Stretch): boolean {
  const moves = stretch.until > start || !sameLevels(stretch.enter, stretch.exit);
  if (turns.some(({ at }) => at > start && at < end) || (!line.known && moves)) return false;
  const { low, high, exit } = figures(stretch, end);
  const entitlements = scope.entitlementsAt(start);
  const known = line.known || entitlements.has(line.licenceType);
  const peak = turns.some((turn) => turn.period && turn.at === start) ? 0 : line.peak;
  if (rule.metric === 'billingPeriodPeak' && high[0] > peak) return false;
  const [lowest, highest] = [low, high].map((level) =>
    known ? levelValue(rule.metric, { level, peak }, entitlements.get(line.licenceType)) : null,
  ) as [number | null, number | null];
  if (sideOf(rule, lowest) !== sideOf(rule, highest)) return false;
  waitUntil(rule, line, start);
  line.known = known;
  line.peak = Math.max(peak, high[0]);
  line.value = lowest === null || highest === null ? null : further(rule, lowest, highest);
  move(rule, line, start);
  line.level = exit;
  waitUntil(rule, line, end);
  return true;
}

/** What the rule says of a value, as far as that matters to its course. */
function sideOf(rule: AlertRule, value: number | null): string {
  if (value === null) return 'does not apply';
  return `${compares(rule.op, value, rule.threshold)} ${compares(rule.op, value, rule.clearThreshold ?? rule.threshold)}`;
}

/** Instant by instant. */
function* follow({ scope, rule, turns, effort }: Trial, line: Line, { start, end }: Span): Work<void> {
  yield* scope.cuts.prepare(start + 1);
  const changes = scope.cuts.changes(line.licenceType, bucketStart(start)).filter(({ at }) => at >= start && at < end);
  const inside = turns.filter(({ at }) => at >= start && at < end);
  const instants = new Set([start, ...changes.map(({ at }) => at), ...inside.map(({ at }) => at)]);
  let next = 0;
  for (const at of [...instants].sort((a, b) => a - b)) {
    waitUntil(rule, line, at);
    const entitlements = scope.entitlementsAt(at);
    if (inside.some((turn) => turn.period && turn.at === at)) line.peak = 0;
    for (; changes[next]?.at === at; next++) {
      line.level = addLevels(line.level, (changes[next] as Change).by);
      line.known = true;
    }
    line.known ||= entitlements.has(line.licenceType);
    line.peak = Math.max(line.peak, line.level[0]);
    line.value = line.known ? levelValue(rule.metric, line, entitlements.get(line.licenceType)) : null;
    move(rule, line, at);
    effort.spend(1);
    if (effort.tired()) yield;
  }
  waitUntil(rule, line, end);
}

function move(rule: AlertRule, line: Line, at: Instant): void {
  const taken = step(rule, line.course, { value: line.value, silent: false }, at);
  const { state, since, firedAt, endedAt } = taken.course;
  const runs = state === 'pending' || state === 'firing';
  if (taken.transition?.from === 'inactive' || taken.transition?.from === 'resolved') line.extreme = null;
  if (runs && line.value !== null) line.extreme = line.extreme === null ? line.value : further(rule, line.extreme, line.value);
  line.course = taken.course;
  if (taken.transition?.to === 'firing') {
    line.count++;
    const fired = formatInstant(firedAt ?? at);
    line.open = { licenceType: line.licenceType, startsAt: formatInstant(since), firedAt: fired, endsAt: null, extreme: line.extreme };
    if (line.firings.length < LISTED) line.firings.push(line.open);
  }
  if (!line.open) return;
  line.open.extreme = line.extreme;
  if (state !== 'resolved') return;
  line.open.endsAt = formatInstant(endedAt ?? at);
  line.open = null;
}

/** What time alone brings before an instant. */
function waitUntil(rule: AlertRule, line: Line, end: Instant): void {
  for (let due = dueAt(rule, line.course); due < end; due = dueAt(rule, line.course)) move(rule, line, due);
}

function beginLine(scope: ReportScope, rule: AlertRule, licenceType: string, from: Instant, effort: Effort): Line {
  const { disk, organisation, buckets } = scope;
  const [first] = disk.range('buckets', {
    start: [organisation, licenceType, Number.NEGATIVE_INFINITY],
    end: [organisation, licenceType, from],
    limit: 1,
  });
  const { start } = buckets.calendar.billingPeriod(from);
  const needsPeak = rule.metric === 'billingPeriodPeak' && start < from;
  const past = needsPeak ? figures(createLevelReader(scope, licenceType, start, effort).next(from), from) : null;
  return {
    licenceType,
    reader: createLevelReader(scope, licenceType, from, effort),
    level: levelBefore(scope, licenceType, from),
    peak: past?.high[0] ?? 0,
    known: first !== undefined,
    course: INACTIVE,
    value: null,
    extreme: null,
    open: null,
    firings: [],
    count: 0,
  };
}

interface Turn {
  at: Instant;
  /** A billing period begins. */
  period: boolean;
}

/** Instants at which a value may change without an event: other entitlements, a new billing period. */
function turnsOf({ buckets, settingsFrom }: ReportScope, from: Instant, to: Instant): Turn[] {
  const turns = settingsFrom.filter((at) => at > from && at < to).map((at) => ({ at, period: false }));
  for (let { end } = buckets.calendar.billingPeriod(from); end < to; { end } = buckets.calendar.billingPeriod(end)) {
    turns.push({ at: end, period: true });
  }
  return turns.sort((a, b) => a.at - b.at);
}

/** Of two values the one that the rule warns of more. */
const further = ({ op }: AlertRule, a: number, b: number): number => (op.startsWith('>') ? Math.max(a, b) : Math.min(a, b));

function levelValue(
  metric: AlertMetric,
  { level, peak }: Pick<Line, 'level' | 'peak'>,
  entitlement: Entitlement | undefined,
): number | null {
  const [inUse, concurrent, contingency, overLimit] = level;
  const total = entitlement?.concurrent ?? null;
  switch (metric) {
    case 'inUse':
      return inUse;
    case 'concurrentUsed':
      return concurrent;
    case 'concurrentAvailable':
      return total === null ? null : Math.max(0, total - concurrent);
    case 'utilisation':
      return total ? inUse / total : null;
    case 'contingencyUsed':
      return contingency;
    case 'overLimit':
      return overLimit;
    case 'billingPeriodPeak':
      return peak;
    default:
      return null;
  }
}
