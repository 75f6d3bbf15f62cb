/** Packs of entries for reports, made again and compared. What is in no pack is read from the entries, so that none has to be there. */
import { type Entry, positionOf } from '../books/entry.ts';
import { type Pack, PackBuilder } from '../books/pack.ts';
import { AFTER_NAMES, type Reader } from '../store/store.ts';
import type { Finder } from './findings.ts';

export function verifyPacks(disk: Reader, { expect }: Finder, organisation: string): void {
  for (const { key, value } of disk.range<Pack>('packs', { start: [organisation], end: [organisation, AFTER_NAMES] })) {
    const start = key[1] as number;
    const builder = new PackBuilder(start);
    for (const row of disk.range<Entry>('entries', { start: [organisation, start], end: [organisation, value.until] })) {
      builder.add(positionOf(row.key, 1), row.value);
    }
    expect(organisation, 'packs', key, shownOf(builder.finish(value.until)), shownOf(value));
  }
}

/** Columns as text: thousands of numbers one by one would be slow to compare, and no help to a reader. */
const shownOf = (pack: Pack) =>
  Object.fromEntries(
    Object.entries(pack).map(([name, column]) => [name, column instanceof Uint8Array ? Buffer.from(column).toString('base64') : column]),
  );
