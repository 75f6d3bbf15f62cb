/**
 * Levels that were written and are all too low, or too high, by the same: somebody who came long ago, and is still there, was not known.
 * Live numbers have it at once. The rows of what was are raised in pieces; until then whoever reads them adds what they lack.
 */
import type { Instant } from '../../shared/time.ts';
import { holdsLevels, type Key, type Range, type Reader, type Row, type TableName } from '../store/store.ts';
import { addLevels, copyStretch, type Levels, NO_LEVELS, type Stretch, sameLevels, shift } from '../usage/levels.ts';
import { hourStart } from '../usage/open-bucket.ts';
import type { Batch } from './batch.ts';
import type { Organisation } from './organisation.ts';

/** What rows lack that begin at or after `at`, up to the next; the last lack nothing. Each begins an hour, so that no hour is cut in two. */
export interface Raises {
  steps: { at: Instant; by: Levels }[];
}

/** By how much a row of that start is too low. */
export const missingAt = (raises: Raises | undefined, start: Instant): Levels =>
  raises?.steps.findLast(({ at }) => at <= start)?.by ?? NO_LEVELS;

const negative = (levels: Levels): Levels => levels.map((level) => -level) as Levels;

/** Has the rows of a stretch raised later. */
export function raiseLater(batch: Batch, organisation: Organisation, type: string, from: Instant, until: Instant, by: Levels): void {
  if (from >= until || sameLevels(by, NO_LEVELS)) return;
  const { raises } = organisation.recomputations;
  const known = raises.get(type);
  const starts = [...new Set([...(known?.steps ?? []).map(({ at }) => at), from, until])].sort((a, b) => a - b);
  let last = NO_LEVELS;
  const steps: Raises['steps'] = [];
  for (const at of starts) {
    const missing = at >= from && at < until ? addLevels(missingAt(known, at), by) : missingAt(known, at);
    if (!sameLevels(missing, last)) steps.push({ at, by: missing });
    last = missing;
  }
  if (steps.length > 0) raises.set(type, { steps });
  else raises.delete(type);
  batch.draft.put('recomputations', [organisation.id, type, 'raises'], raises.get(type));
}

/** Rows from an instant on are derived again, and lack nothing then. It begins an hour, or the first row that is kept. */
export function forgetRaises({ draft }: Batch, { id, recomputations }: Organisation, from: Instant): void {
  for (const [type, { steps }] of [...recomputations.raises]) {
    if ((steps.at(-1) as Raises['steps'][number]).at <= from) continue;
    const before = steps.filter(({ at }) => at < from && hourStart(at) !== hourStart(from));
    if (before.length > 0) recomputations.raises.set(type, { steps: [...before, { at: from, by: NO_LEVELS }] });
    else recomputations.raises.delete(type);
    draft.put('recomputations', [id, type, 'raises'], recomputations.raises.get(type));
  }
}

/** One piece: the first rows that lack something, in whole hours. */
export function raiseNext(batch: Batch, organisation: Organisation, type: string, { steps }: Raises): void {
  const [first, next] = steps as [Raises['steps'][number], Raises['steps'][number]];
  const key = [organisation.id, type];
  const rows: Stretch[] = [];
  let reached = next.at;
  let hour = first.at;
  for (const { value } of batch.draft.range<Stretch>('buckets', { start: [...key, first.at], end: [...key, next.at] })) {
    if (rows.length >= batch.books.effort.perPiece && hourStart(value.start) > hour) {
      reached = hourStart(value.start);
      break;
    }
    hour = hourStart(value.start);
    rows.push(value);
  }
  for (const row of rows) batch.draft.put('buckets', [...key, row.start], raised(row, first.by));
  for (const { value } of [...batch.draft.range<Stretch>('hours', { start: [...key, first.at], end: [...key, reached] })]) {
    batch.draft.put('hours', [...key, value.start], raised(value, first.by));
  }
  raiseLater(batch, organisation, type, first.at, reached, negative(first.by));
}

function raised<S extends Stretch>(row: S, by: Levels): S {
  if (sameLevels(by, NO_LEVELS)) return row;
  const copy = copyStretch(row);
  shift(copy, by);
  return { ...row, ...copy };
}

/** A store as it will be when everything is raised: levels read from it lack nothing. */
export function withRaises(disk: Reader): Reader {
  const raise = <V>(key: Key, value: V): V => {
    const [organisation, type, start] = key as [string, string, Instant];
    return raised(value as Stretch, missingAt(disk.get<Raises>('recomputations', [organisation, type, 'raises']), start)) as V;
  };
  return {
    get<V>(table: TableName, key: Key): V | undefined {
      const value = disk.get<V>(table, key);
      return value === undefined || !holdsLevels(table) ? value : raise(key, value);
    },
    range<V>(table: TableName, range: Range): Iterable<Row<V>> {
      const rows = disk.range<V>(table, range);
      return holdsLevels(table) ? raisedRows(rows, raise) : rows;
    },
  };
}

function* raisedRows<V>(rows: Iterable<Row<V>>, raise: (key: Key, value: V) => V): Iterable<Row<V>> {
  for (const { key, value } of rows) yield { key, value: raise(key, value) };
}
