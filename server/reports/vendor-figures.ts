import { formatInstant } from '../../shared/time.ts';
import type { VendorFigure } from '../../shared/vendor-figures.ts';
import type { Page } from '../../shared/views.ts';
import { figuresIn } from '../books/vendor-figures.ts';
import type { FigureQuery } from '../pipeline-types.ts';
import type { Reader } from '../store/store.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** By source, day and licence type. */
export function readFigures(disk: Reader, organisation: string, { limit, cursor, ...range }: FigureQuery): Page<VendorFigure> {
  const after = cursor === undefined ? undefined : [organisation, ...decodeCursor(cursor, ['string', 'string', 'string'])];
  const items: VendorFigure[] = [];
  for (const { givenAt, ...figure } of figuresIn(disk, organisation, range, after)) {
    const last = items[limit - 1];
    if (last) return { items, nextCursor: encodeCursor([last.source, last.date, last.licenceType]) };
    items.push({ ...figure, givenAt: formatInstant(givenAt) });
  }
  return { items, nextCursor: null };
}
