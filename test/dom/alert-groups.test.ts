import { describe, expect, it } from 'vitest';
import { alarming, turning } from '../../dashboard/format/alert-groups.ts';
import type { LiveAlert } from '../../shared/live-protocol.ts';

const alert = (id: string, licenceType: string, state: LiveAlert['state'], severity: LiveAlert['severity']) => ({
  id,
  licenceType,
  state,
  severity,
  startsAt: '2026-11-24T12:00:00.000Z',
});

describe('alerts on a wall', () => {
  it('UI-74: of each licence type the worst, the worst type first; what waits, is over or is only an info is left out', () => {
    const shown = alarming([
      alert('a', 'Recording', 'firing', 'warning'),
      alert('b', 'Inbound Agent', 'unknown', 'critical'),
      alert('c', 'Supervisor', 'firing', 'critical'),
      alert('d', 'Supervisor', 'firing', 'warning'),
      alert('e', 'Conferencing', 'pending', 'critical'),
      alert('f', 'Conferencing', 'firing', 'info'),
      alert('g', 'Conferencing', 'resolved', 'critical'),
    ]);
    expect(shown.map(({ worst, more }) => [worst.id, more])).toEqual([
      ['c', 1],
      ['a', 0],
      ['b', 0],
    ]);
  });

  it.each([1, 2, 3, 5])('UI-74: with room for %i of seven each comes to its turn, and the room is always filled', (room) => {
    const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const seen = new Set<string>();
    for (let turn = 0; turn < items.length; turn += 1) {
      const shown = turning(items, room, 1_764_000_000_000 + turn * 8_000);
      expect(new Set(shown).size).toBe(room);
      for (const one of shown) seen.add(one);
    }
    expect([...seen].sort()).toEqual(items);
  });

  it('UI-74: what has room stays where it is', () => {
    expect([0, 8_000, 16_000].map((now) => turning(['a', 'b'], 2, now))).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });
});
