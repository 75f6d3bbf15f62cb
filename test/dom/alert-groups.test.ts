import { describe, expect, it } from 'vitest';
import { alarming, turning } from '../../dashboard/format/alert-groups.ts';
import { alertRoom } from '../../dashboard/wall/alert-room.ts';
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

  const many = (critical: number, warning: number) => [
    ...Array.from({ length: warning }, (_, n) => ({ worst: alert(`w${n}`, `Warned ${n}`, 'firing', 'warning') })),
    ...Array.from({ length: critical }, (_, n) => ({
      worst: alert(`c${n}`, `Grave ${n}`, n % 3 === 0 ? 'unknown' : 'firing', 'critical'),
    })),
  ];
  const widths = [20, 60, 97, 147, 300];

  it.each(widths)('UI-74: on a strip of %i letters every critical one stays in sight at every turn, however many there are', (letters) => {
    for (const [critical, warning] of [
      [1, 0],
      [1, 9],
      [2, 1],
      [3, 0],
      [5, 12],
      [17, 23],
      [40, 0],
    ] as const) {
      const groups = many(critical, warning);
      const warned = new Set<string>();
      for (let turn = 0; turn < 2 * warning + 1; turn += 1) {
        const { shown, waiting, columns } = alertRoom(groups, letters, 1_764_000_000_000 + turn * 8_000);
        const ids = shown.map(({ worst }) => worst.id);
        expect(ids.filter((id) => id.startsWith('c'))).toEqual(Array.from({ length: critical }, (_, n) => `c${n}`));
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.length + waiting).toBe(critical + warning);
        expect(columns).toBeGreaterThanOrEqual(1);
        for (const id of ids) if (id.startsWith('w')) warned.add(id);
      }
      expect(warned.size).toBe(warning);
    }
  });

  it('UI-74: few are told in full, more in a line each, many by name, so that the tiles keep their room', () => {
    const formOf = (critical: number, warning: number) => {
      const { form, columns, shown } = alertRoom(many(critical, warning), 97, 0);
      return [form, columns, shown.length];
    };
    expect(formOf(1, 0)).toEqual(['card', 1, 1]);
    expect(formOf(1, 7)).toEqual(['card', 2, 2]);
    expect(formOf(0, 7)).toEqual(['card', 2, 2]);
    expect(formOf(2, 7)).toEqual(['line', 2, 6]);
    expect(formOf(6, 0)).toEqual(['line', 2, 6]);
    expect(formOf(6, 1)).toEqual(['name', 3, 7]);
    expect(formOf(9, 4)).toEqual(['name', 4, 11]);
    expect(formOf(17, 3)).toEqual(['name', 4, 19]);
  });
});
