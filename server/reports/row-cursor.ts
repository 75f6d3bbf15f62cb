import type { Instant } from '../../shared/time.ts';
import type { Reader } from '../store/store.ts';
import type { Stretch } from '../usage/levels.ts';
import type { Effort } from './work.ts';

/** Rows of one licence type in order of time, read in pages, with jumps forward. */
export interface RowCursor<R extends Stretch> {
  /** The first row that begins at or after `from` and before `end`. `from` never goes back. */
  peek(from: Instant, end: Instant): R | null;
}

/** A page after a jump; one after another they grow. */
const FIRST_PAGE = 16;
const LARGEST_PAGE = 256;

export function createRowCursor<R extends Stretch = Stretch>(
  disk: Reader,
  table: 'buckets' | 'hours' | 'days',
  organisation: string,
  type: string,
  effort: Effort,
): RowCursor<R> {
  let page: R[] = [];
  let index = 0;
  /** Everything that begins from `readFrom` to before `readTo` is in the page. */
  let readTo: Instant = Number.NEGATIVE_INFINITY;
  let size = FIRST_PAGE;

  const readPage = (from: Instant): void => {
    size = from === readTo ? Math.min(LARGEST_PAGE, size * 2) : FIRST_PAGE;
    const range = { start: [organisation, type, from], end: [organisation, type, Number.POSITIVE_INFINITY], limit: size };
    page = [...disk.range<R>(table, range)].map((row) => row.value);
    index = 0;
    readTo = page.length < size ? Number.POSITIVE_INFINITY : (page.at(-1) as R).start + 1;
    effort.spend(page.length);
  };

  return {
    peek(from, end) {
      for (;;) {
        while (index < page.length && (page[index] as R).start < from) index++;
        const row = page[index];
        if (row) return row.start < end ? row : null;
        if (readTo >= end) return null;
        readPage(Math.max(from, readTo));
      }
    },
  };
}
