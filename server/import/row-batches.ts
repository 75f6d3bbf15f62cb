/** Rows in order, in portions that the books take in one go. */
import { createHash } from 'node:crypto';
import type { ReadRow } from '../parse/import-row.ts';
import type { ImportRow } from '../pipeline-types.ts';

export interface BatchRow extends ImportRow, ReadRow {}

/** Rows that may be told apart only together: those of one instant, or of one user. */
export type Together = (a: ReadRow, b: ReadRow) => boolean;
export const sameInstant: Together = (a, b) => a.at === b.at;
export const sameUser: Together = (a, b) => a.user === b.user;

export interface BatchOptions {
  /** About so many rows in a portion. */
  size: number;
  together: Together;
  /** The file runs backwards: of one instant the last line came first. */
  backwards: boolean;
}

export async function* rowBatches(rows: AsyncIterable<ReadRow>, { size, together, backwards }: BatchOptions): AsyncGenerator<BatchRow[]> {
  let batch: BatchRow[] = [];
  let instant: ReadRow[] = [];
  let last: ReadRow | null = null;
  const takeInstant = (): void => {
    if (backwards) instant.reverse();
    for (const row of numbered(instant)) batch.push(row);
    instant = [];
  };
  for await (const row of rows) {
    if (last && !(sameInstant(last, row) && sameUser(last, row)) && !(together === sameInstant && sameInstant(last, row))) takeInstant();
    if (last && batch.length >= size && instant.length === 0 && !together(last, row)) {
      yield batch;
      batch = [];
    }
    instant.push(row);
    last = row;
  }
  takeInstant();
  if (batch.length > 0) yield batch;
}

/** Tells rows with the same content apart; they are of one instant, and therefore neighbours. */
function numbered(rows: ReadRow[]): BatchRow[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const content = contentOf(row);
    const occurrence = (seen.get(content) ?? 0) + 1;
    seen.set(content, occurrence);
    return { ...row, content, occurrence };
  });
}

function contentOf({ acquired, at, user, device, logonSource, licenceType }: ReadRow): string {
  const text = JSON.stringify([acquired, at, user, device, logonSource, licenceType]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
