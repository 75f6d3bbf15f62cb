/** Levels of stretches that are finer than what is kept of their time: counted from the entries. */

import type { Instant } from '../../shared/time.ts';
import { type Entry, levelChange, positionOf } from '../books/entry.ts';
import { addLevels, beginStretch, extend, type Stretch } from '../usage/levels.ts';
import type { Change } from '../usage/open-bucket.ts';
import { addChange } from './cut-buckets.ts';
import { levelBefore } from './level-reader.ts';
import type { ReportScope } from './scope.ts';
import { type Effort, pagedRows } from './work.ts';

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
