import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS, reconnectDelay } from '../../dashboard/client/reconnect.ts';

it('UI-2: the pause lies anywhere below a ceiling that doubles from 0.5 s to 10 s', () => {
  fc.assert(
    fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
      const ceiling = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** attempt);
      const delay = reconnectDelay(attempt, () => random);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThan(ceiling);
    }),
  );
  expect(reconnectDelay(0, () => 0.999_999)).toBe(RECONNECT_MIN_MS - 1);
  expect(reconnectDelay(40, () => 0.999_999_9)).toBe(RECONNECT_MAX_MS - 1);
});
