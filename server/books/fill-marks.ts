/** Marks of in-use levels where a file brought a stretch of the past: without them, every page of its records would be counted from far. */
import type { Batch } from './batch.ts';
import { type Entry, entryKey, type Position } from './entry.ts';

/** Entries between two marks. */
const EVERY = 256;

/** At the end of a batch, when the marks that were there are right again. */
export function fillMarks(batch: Batch): void {
  for (const [id, { from, to }] of batch.stretches) fillStretch(batch, id, from, to);
}

function fillStretch({ draft }: Batch, id: string, from: Position, to: Position): void {
  const [last] = draft.range<[string, number][]>('marks', { start: [id], end: entryKey(id, from), reverse: true, limit: 1 });
  const range = { start: last?.key ?? [id], end: after(id, to) };
  const marked = new Set([...draft.range('marks', range)].map(({ key }) => key.join()));
  const levels = new Map(last?.value);
  let unmarked = 0;
  for (const { key, value } of draft.range<Entry>('entries', range)) {
    // What its own mark stands behind is in the levels already.
    if (key.join() === last?.key.join()) continue;
    for (const { type, turned, acquired } of value.records) {
      if (turned) levels.set(type, (levels.get(type) ?? 0) + (acquired ? 1 : -1));
    }
    unmarked = marked.has(key.join()) ? 0 : unmarked + 1;
    if (unmarked < EVERY) continue;
    draft.put('marks', key, [...levels]);
    unmarked = 0;
  }
}

const after = (id: string, position: Position): (string | number)[] => [...entryKey(id, position), Number.POSITIVE_INFINITY];
