/** A vendor's own figures, kept beside the books: nothing of the books depends on them. */
import type { Instant } from '../../shared/time.ts';
import type { FigureKind, FigureRange, GivenFigure } from '../../shared/vendor-figures.ts';
import { compareKeys } from '../store/keys.ts';
import { AFTER_NAMES, type Key, type Reader } from '../store/store.ts';
import type { Batch } from './batch.ts';

export interface StoredFigure {
  value: number;
  kind: FigureKind;
  contingency: number | null;
  rows: number;
  givenAt: Instant;
}

export type FigureFate = 'added' | 'changed' | 'unchanged';

/** What a figure would be beside what is known. */
export function fateOf(disk: Reader, organisation: string, source: string, { date, licenceType, ...figure }: GivenFigure): FigureFate {
  const known = disk.get<StoredFigure>('vendorFigures', [organisation, source, date, licenceType]);
  if (!known) return 'added';
  return known.value === figure.value && known.kind === figure.kind && known.contingency === figure.contingency ? 'unchanged' : 'changed';
}

export function putFigures(batch: Batch, organisation: string, source: string, figures: readonly GivenFigure[]): FigureFate[] {
  return figures.map((given) => {
    const fate = fateOf(batch.draft, organisation, source, given);
    const { date, licenceType, ...figure } = given;
    const stored: StoredFigure = { ...figure, givenAt: batch.now };
    if (fate !== 'unchanged') batch.draft.put('vendorFigures', [organisation, source, date, licenceType], stored);
    return fate;
  });
}

export interface KeptFigure extends StoredFigure {
  source: string;
  date: string;
  licenceType: string;
}

/** By source, day and type; a month before its days. @param after the key behind which it goes on */
export function* figuresIn(
  disk: Reader,
  organisation: string,
  { source, from, to = AFTER_NAMES }: FigureRange,
  after?: Key,
): Iterable<KeptFigure> {
  for (const name of source === undefined ? sourcesOf(disk, organisation) : [source]) {
    if (after && compareKeys([name], [after[1] as string]) < 0) continue;
    // A month is written shorter than its days, and sorts before them.
    const begin = from === undefined ? [organisation, name] : [organisation, name, from.slice(0, 7)];
    const start = after && after[1] === name ? [...after, 0] : begin;
    for (const { key, value } of disk.range<StoredFigure>('vendorFigures', { start, end: [organisation, name, to] })) {
      const day = (key[2] as string).padEnd(10, '-01');
      if ((from !== undefined && day < from) || day >= to) continue;
      yield { source: name, date: key[2] as string, licenceType: key[3] as string, ...value };
    }
  }
}

/** Names of all sources, each found from the one before it. */
export function sourcesOf(disk: Reader, organisation: string): string[] {
  const sources: string[] = [];
  for (let start: Key = [organisation]; ; ) {
    const [row] = disk.range('vendorFigures', { start, end: [organisation, AFTER_NAMES], limit: 1 });
    if (!row) return sources;
    sources.push(row.key[1] as string);
    start = [organisation, row.key[1] as string, AFTER_NAMES];
  }
}

/** Removes at most so many, and returns how many there were. */
export function deleteFigures(batch: Batch, organisation: string, range: FigureRange, most: number): number {
  let removed = 0;
  for (const { source, date, licenceType } of [...figuresIn(batch.draft, organisation, range)].slice(0, most)) {
    batch.draft.remove('vendorFigures', [organisation, source, date, licenceType]);
    removed++;
  }
  return removed;
}
