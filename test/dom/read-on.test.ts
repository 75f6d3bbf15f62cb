import { expect, it } from 'vitest';
import { readOn } from '../../dashboard/client/read-on.ts';

/** A daemon that gives at most three items a page, some of them none, and goes on. */
const pagesOf = (count: number, short = false) => {
  let asked = 0;
  const ask = async (cursor: string | undefined) => {
    asked++;
    const first = Number(cursor ?? 0);
    const end = Math.min(count, first + 3);
    const items = short && first % 2 === 0 ? [] : Array.from({ length: end - first }, (_, i) => first + i);
    return { items, nextCursor: end < count ? String(end) : null };
  };
  return { ask, asked: () => asked };
};

it('UI-49 a list is read on to its end, also over pages that are short', async () => {
  expect(await readOn(pagesOf(8).ask, 100)).toEqual({ items: [0, 1, 2, 3, 4, 5, 6, 7], cut: false });
  expect(await readOn(pagesOf(8, true).ask, 100)).toEqual({ items: [3, 4, 5], cut: false });
  expect(await readOn(pagesOf(0).ask, 100)).toEqual({ items: [], cut: false });
});

it('UI-49 where there is more than is wanted it is cut, and says so', async () => {
  const { ask, asked } = pagesOf(9);
  expect(await readOn(ask, 4)).toEqual({ items: [0, 1, 2, 3], cut: true });
  expect(asked()).toBe(2);
  expect(await readOn(pagesOf(3).ask, 3)).toEqual({ items: [0, 1, 2], cut: false });
  const endless = pagesOf(1e9, true);
  expect(await readOn(async () => ({ items: [], nextCursor: 'on' }), 10)).toEqual({ items: [], cut: true });
  expect((await readOn(endless.ask, 1e6)).cut).toBe(true);
  expect(endless.asked()).toBe(50);
});
