/** Levels of stretches that are finer than what is kept of their time: counted from the entries. */

import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import { type Entry, levelChange, positionOf } from '../books/entry.ts';
import { addLevels, beginStretch, extend, type Levels, type Stretch } from '../usage/levels.ts';
import type { Change } from '../usage/open-bucket.ts';
import { addChange } from './cut-buckets.ts';
import { levelBefore } from './level-reader.ts';
import { type ReportScope, withKeptNow } from './scope.ts';
import { createEffort, type Effort, pagedRows, type Work } from './work.ts';

/** Stretches of one licence type, one after the other. */
export interface StretchReader {
  readonly type: string;
  /** Everything from where the stretch before ended up to `end`. */
  next(end: Instant): Stretch;
}

/**
 * Readers that go forward together, stretch by stretch: the entries are read once for all of them, from the beginning of the day,
 * where levels are known.
 */
export function createEntryReaders(scope: ReportScope, types: readonly string[], from: Instant, effort: Effort): StretchReader[] {
  const { disk, organisation, horizon } = scope;
  const day = scope.buckets.calendar.day(from).start;
  const entries = pagedRows<Entry>(disk, 'entries', [organisation, day], [organisation, horizon + 1]);
  const changes = new Map(types.map((type) => [type, [] as Change[]]));
  let entry = entries.next();
  const readTo = (end: Instant): void => {
    for (; !entry.done; entry = entries.next()) {
      const { key, value } = entry.value;
      const { at } = positionOf(key, 1);
      if (at >= end) return;
      for (const record of value.records) {
        const by = levelChange(value.kind, record);
        const ofType = changes.get(record.type);
        if (by && ofType) addChange(ofType, { at, by });
      }
      effort.spend(1 + value.records.length);
    }
  };
  readTo(from);
  return types.map((type) => {
    let position = from;
    const ofType = changes.get(type) as Change[];
    let level = ofType.splice(0).reduce((sum, { by }) => addLevels(sum, by), levelBefore(scope, type, day));
    return {
      type,
      next(end) {
        readTo(end);
        const whole = beginStretch(position, level);
        for (const { at, by } of ofType.splice(0)) extend(whole, at, by);
        position = end;
        level = whole.exit;
        return whole;
      },
    };
  });
}

/** A licence type, and the instant just before which its level is asked for. */
export interface LevelAsked {
  type: string;
  at: Instant;
}

/**
 * The levels of types just before instants, in the order asked: also within days of which nothing finer is kept, which are counted
 * from their entries, once for all that is asked of a day.
 */
export function* levelsBefore(given: ReportScope, asked: readonly LevelAsked[]): Work<Levels[]> {
  const scope = withKeptNow(given);
  const { kept, buckets } = scope;
  const found = new Map<LevelAsked, Levels>();
  const ofDays = new Map<Instant, LevelAsked[]>();
  for (const each of asked) {
    const day = buckets.calendar.day(each.at).start;
    const isKept = each.at >= kept.buckets || each.at === day || day < kept.entries;
    if (isKept) found.set(each, levelBefore(scope, each.type, each.at));
    else getOrMake(ofDays, day, () => []).push(each);
  }
  for (const [day, ofDay] of ofDays) yield* countDay(withKeptNow(scope), day, ofDay, found);
  return asked.map((each) => found.get(each) as Levels);
}

function* countDay(scope: ReportScope, day: Instant, asked: readonly LevelAsked[], found: Map<LevelAsked, Levels>): Work<void> {
  const { disk, organisation } = scope;
  const inOrder = asked.toSorted((a, b) => a.at - b.at);
  const levels = new Map(inOrder.map(({ type }) => [type, levelBefore(scope, type, day)]));
  let next = 0;
  const findTo = (at: Instant): void => {
    for (let each = inOrder[next]; each && each.at <= at; each = inOrder[++next]) found.set(each, levels.get(each.type) as Levels);
  };
  const effort = createEffort();
  const last = (inOrder.at(-1) as LevelAsked).at;
  for (const { key, value } of pagedRows<Entry>(disk, 'entries', [organisation, day], [organisation, last])) {
    findTo(positionOf(key, 1).at);
    for (const record of value.records) {
      const by = levelChange(value.kind, record);
      const level = levels.get(record.type);
      if (by && level) levels.set(record.type, addLevels(level, by));
    }
    effort.spend(1 + value.records.length);
    if (effort.tired()) yield;
  }
  findTo(last);
}
