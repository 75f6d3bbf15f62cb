/** What an alert rule would have done: its course over the exact line of levels as it is known now, from the same step as the live one. */
import type { AlertMetric, AlertRule, TriedFiring, TriedRule } from '../../shared/alerts.ts';
import { EVERY_TYPE } from '../../shared/alerts.ts';
import type { Entitlement } from '../../shared/organisation.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import { type Course, dueAt, INACTIVE, step } from '../alerts/evaluate.ts';
import { type Entry, levelChange } from '../books/entry.ts';
import { addLevels, figures, type Levels } from '../usage/levels.ts';
import { createLevelReader, levelBefore } from './level-reader.ts';
import type { ReportScope } from './scope.ts';
import { createEffort, pagedRows, type Work } from './work.ts';

/** Firings that are listed; all are counted. */
const LISTED = 1_000;

interface Line {
  licenceType: string;
  level: Levels;
  /** Highest in use of the billing period so far. */
  peak: number;
  /** Whether the type was used or entitled by now: before that no rule applies to it. */
  known: boolean;
  course: Course;
  value: number | null;
  extreme: number | null;
  open: TriedFiring | null;
}

/** As if the rule had been set at `from`; `to` is exclusive. The feed's silences are not repeated: what came late is known by now. */
export function* tryRule(scope: ReportScope, rule: AlertRule, from: Instant, to: Instant): Work<TriedRule & { provisional: boolean }> {
  const { disk, organisation } = scope;
  const effort = createEffort();
  const wanted = scope.types.filter((type) => rule.licenceType === EVERY_TYPE || rule.licenceType === type);
  const lines = new Map(wanted.map((type) => [type, beginLine(scope, rule, type, from)]));
  const firings: TriedFiring[] = [];
  let count = 0;

  const move = (line: Line, at: Instant): void => {
    const taken = step(rule, line.course, { value: line.value, silent: false }, at);
    const { state, since, firedAt, endedAt } = taken.course;
    const runs = state === 'pending' || state === 'firing';
    if (taken.transition?.from === 'inactive' || taken.transition?.from === 'resolved') line.extreme = null;
    if (runs && line.value !== null) line.extreme = further(rule, line.extreme, line.value);
    line.course = taken.course;
    if (taken.transition?.to === 'firing') {
      count++;
      const fired = formatInstant(firedAt ?? at);
      line.open = { licenceType: line.licenceType, startsAt: formatInstant(since), firedAt: fired, endsAt: null, extreme: line.extreme };
      if (firings.length < LISTED) firings.push(line.open);
    }
    if (!line.open) return;
    line.open.extreme = line.extreme;
    if (state !== 'resolved') return;
    line.open.endsAt = formatInstant(endedAt ?? at);
    line.open = null;
  };
  const waitUntil = (line: Line, end: Instant): void => {
    for (let due = dueAt(rule, line.course); due < end; due = dueAt(rule, line.course)) move(line, due);
  };
  const look = (at: Instant, changed: Iterable<string>): void => {
    const entitlements = scope.entitlementsAt(at);
    for (const type of changed) {
      const line = lines.get(type);
      if (!line) continue;
      waitUntil(line, at);
      line.known ||= entitlements.has(type);
      line.peak = Math.max(line.peak, line.level[0]);
      line.value = line.known ? levelValue(rule.metric, line, entitlements.get(type)) : null;
      move(line, at);
    }
  };

  const turns = turnsOf(scope, from, to);
  let at = from;
  let changed = new Set<string>(lines.keys());
  const reach = (next: Instant): void => {
    if (next <= at) return;
    look(at, changed);
    at = next;
    changed = new Set();
  };
  const turnUntil = (end: Instant): void => {
    for (let turn = turns[0]; turn && turn.at <= end; turn = turns[0]) {
      turns.shift();
      reach(turn.at);
      for (const [type, line] of lines) {
        if (turn.period) line.peak = 0;
        changed.add(type);
      }
    }
  };

  const reached = (last: readonly (string | number)[]) => scope.reached(last[1] as Instant);
  for (const { key, value } of pagedRows<Entry>(disk, 'entries', [organisation, from], [organisation, to], reached)) {
    const entryAt = key[1] as Instant;
    turnUntil(entryAt);
    reach(entryAt);
    for (const record of value.records) {
      const line = lines.get(record.type);
      const by = line && levelChange(value.kind, record);
      if (!line || !by) continue;
      line.level = addLevels(line.level, by);
      line.known = true;
      changed.add(record.type);
    }
    effort.spend(1 + value.records.length);
    if (effort.tired()) yield;
  }
  turnUntil(to - 1);
  look(at, changed);
  for (const line of lines.values()) waitUntil(line, to);
  const complete = scope.covered(from, to);
  return {
    from: formatInstant(from),
    to: formatInstant(to),
    count,
    firings,
    complete,
    truncated: count > firings.length,
    provisional: false,
  };
}

function beginLine(scope: ReportScope, rule: AlertRule, licenceType: string, from: Instant): Line {
  const { disk, organisation, buckets } = scope;
  const [first] = disk.range('buckets', {
    start: [organisation, licenceType, Number.NEGATIVE_INFINITY],
    end: [organisation, licenceType, from],
    limit: 1,
  });
  const { start } = buckets.calendar.billingPeriod(from);
  const needsPeak = rule.metric === 'billingPeriodPeak' && start < from;
  const past = needsPeak ? figures(createLevelReader(scope, licenceType, start, createEffort()).next(from), from) : null;
  return {
    licenceType,
    level: levelBefore(scope, licenceType, from),
    peak: past?.high[0] ?? 0,
    known: first !== undefined,
    course: INACTIVE,
    value: null,
    extreme: null,
    open: null,
  };
}

/** Instants at which a value may change without an event: other entitlements, a new billing period. */
function turnsOf({ buckets, settingsFrom }: ReportScope, from: Instant, to: Instant): { at: Instant; period: boolean }[] {
  const turns = settingsFrom.filter((at) => at > from && at < to).map((at) => ({ at, period: false }));
  for (let { end } = buckets.calendar.billingPeriod(from); end < to; { end } = buckets.calendar.billingPeriod(end)) {
    turns.push({ at: end, period: true });
  }
  return turns.sort((a, b) => a.at - b.at);
}

const further = ({ op }: AlertRule, before: number | null, value: number): number => {
  if (before === null) return value;
  return op.startsWith('>') ? Math.max(before, value) : Math.min(before, value);
};

function levelValue(metric: AlertMetric, { level, peak }: Line, entitlement: Entitlement | undefined): number | null {
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
