import fc from 'fast-check';
import { type Entry, positionOf } from '../../server/books/entry.ts';
import { type Pack, PackBuilder } from '../../server/books/pack.ts';
import type { Row, Store, Write } from '../../server/store/store.ts';
import { AFTER_NAMES } from '../../server/store/store.ts';
import type { TestBooks } from './books.ts';
import { settle } from './let-pass.ts';

export const packs = ({ store }: Pick<TestBooks, 'store'>): Row<Pack>[] => [...store.range<Pack>('packs', {})];

/** Lets ticks pass until no more packs are made. */
export async function packed(books: TestBooks): Promise<void> {
  for (let before = -1; packs(books).length !== before; ) {
    before = packs(books).length;
    for (let n = 0; n < 4; n++) {
      await books.passTo(books.clock.now() + 1_000);
      await settle(4);
    }
  }
}

/** Of how many entries packs are, and which are not made; null: there are none. */
export const packings = fc.option(fc.record({ entries: fc.integer({ min: 1, max: 40 }), gap: fc.integer({ min: 2, max: 6 }) }));

/** Packs of so many entries, or a few more of one instant; every `gap`-th is left out. */
export async function packEverything(store: Store, organisation: string, entries: number, gap = Number.POSITIVE_INFINITY): Promise<void> {
  const rows = [...store.range<Entry>('entries', { start: [organisation], end: [organisation, AFTER_NAMES] })];
  const writes: Write[] = [];
  let pack: Row<Entry>[] = [];
  for (const [i, row] of rows.entries()) {
    pack.push(row);
    const next = rows[i + 1];
    const [at, nextAt] = [row.key[1] as number, next ? (next.key[1] as number) : (row.key[1] as number) + 1];
    if (next && (pack.length < entries || at === nextAt)) continue;
    const start = pack[0]?.key[1] as number;
    const builder = new PackBuilder(start);
    for (const { key, value } of pack) builder.add(positionOf(key, 1), value);
    writes.push({ table: 'packs', key: [organisation, start], value: builder.finish(nextAt) });
    pack = [];
  }
  await store.commit(writes.filter((_, i) => (i + 1) % gap !== 0));
}
