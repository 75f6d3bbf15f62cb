import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDraft } from '../../server/books/draft.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Range, TableName, Write } from '../../server/store/store.ts';

const key = fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y'), fc.integer({ min: 0, max: 5 }));
const write = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) });

it('STORE-8 a draft over a store reads like a store with the draft in it, in both directions and up to a limit', async () => {
  const tables: TableName[] = ['entries', 'userEntries', 'types'];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...tables),
      fc.array(write),
      fc.array(write),
      fc.record({ reverse: fc.boolean(), limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }) }),
      fc.integer({ min: 0, max: 5 }),
      async (table, before, now, { reverse, limit }, from) => {
        const disk = createMemoryStore();
        const both = createMemoryStore();
        const writes = (list: typeof before): Write[] => list.map((item) => ({ table, ...item }));
        await disk.commit(writes(before));
        await both.commit(writes([...before, ...now]));
        const draft = createDraft(disk);
        for (const item of now) draft.put(table, item.key, item.value);
        const range: Range = { start: ['a', 'x', from], end: ['a', 'x', 5], reverse, ...(limit !== undefined && { limit }) };
        expect([...draft.range(table, range)]).toEqual([...both.range(table, range)]);
        for (const item of now) expect(draft.get(table, item.key)).toEqual(both.get(table, item.key));
        const unread = createDraft(disk);
        for (const item of now) unread.put(table, item.key, item.value);
        for (const made of [draft, unread]) {
          // Entries are grouped by organisation, types not at all; those of one user never lie together with another's.
          const rows = table === 'userEntries' ? [] : made.written(table, 'a');
          expect(new Set(rows.map((row) => row.key.join())).size).toBe(rows.length);
          for (const row of rows) expect(row.value).toEqual(both.get(table, row.key));
        }
        await disk.commit(unread.writes());
        expect([...disk.range(table, {})]).toEqual([...both.range(table, {})]);
      },
    ),
  );
});
