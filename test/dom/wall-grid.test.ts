import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wallGrid } from '../../dashboard/wall/wall-grid.ts';

it('UI-18: every type has its place, and no other grid has larger digits', () => {
  const screen = fc.record({
    count: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 320, max: 7_680 }),
    height: fc.integer({ min: 320, max: 4_320 }),
    characters: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(screen, ({ count, width, height, characters }) => {
      const { columns, rows, digits } = wallGrid(count, width, height, characters, 8);
      expect(columns * rows).toBeGreaterThanOrEqual(count);
      expect(columns * (rows - 1)).toBeLessThan(count);
      expect(digits * characters * 0.5).toBeLessThanOrEqual(width / columns);
      expect(digits).toBeLessThanOrEqual(Math.max(1, height / rows));
    }),
    { seed: 129 },
  );
});

it('UI-18: a wide screen gets a wide grid, an upright one an upright grid', () => {
  expect(wallGrid(17, 1_900, 980, 3)).toMatchObject({ columns: 6, rows: 3 });
  expect(wallGrid(17, 1_060, 1_800, 3)).toMatchObject({ columns: 3, rows: 6 });
  expect(wallGrid(1, 1_900, 980, 3)).toMatchObject({ columns: 1, rows: 1 });
});
