import { describe, expect, it } from 'vitest';
import { tabState } from '../../dashboard/controllers/tab-state.ts';
import { boardPages, TURN_SECONDS, turnOf, turnSeconds } from '../../dashboard/wall/board.ts';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { licenceRow } from './support-live-server.ts';

const groups = [
  { title: 'User types', rows: [licenceRow('Inbound Agent', 3), licenceRow('Supervisor', 1)] },
  { title: 'Other licence types', rows: [licenceRow('A, B; C', 2), licenceRow('Kiosk', 4)] },
];
const names = (board: string) => boardPages(board, groups).map(({ rows, missing }) => [rows.map((row) => row.licenceType), missing]);

describe('boards of a wall', () => {
  it('UI-52: a board names types, groups of them or all, each once and in its order', () => {
    expect(names('all')).toEqual([[['Inbound Agent', 'Supervisor', 'A, B; C', 'Kiosk'], []]]);
    expect(names('Kiosk, inbound agent,Kiosk')).toEqual([[['Kiosk', 'Inbound Agent'], []]]);
    expect(names('Kiosk,user types')).toEqual([[['Kiosk', 'Inbound Agent', 'Supervisor'], []]]);
  });

  it('UI-52: all is everything, also where a licence type has that name', () => {
    const rows = [licenceRow('all', 1), licenceRow('Kiosk', 4)];
    const of = (board: string) => boardPages(board, [{ title: 'Other licence types', rows }]).map((page) => page.rows.length);
    expect([of('all'), of('Kiosk')]).toEqual([[2], [1]]);
  });

  it('UI-52: a name that holds commas and semicolons is still one name', () => {
    expect(names('A, B; C')).toEqual([[['A, B; C'], []]]);
  });

  it('UI-52: what nobody has is told by its name, also beside what there is', () => {
    expect(names('Kiosk,Nonsense;Rubbish')).toEqual([
      [['Kiosk'], ['Nonsense']],
      [[], ['Rubbish']],
    ]);
    expect(names(';,')).toEqual([]);
  });

  it('UI-52: pages take turns by the clock, so that walls turn together; the address says how long each stays', () => {
    expect([0, 19_999, 20_000, 40_000, 60_000].map((now) => turnOf(3, 20, now))).toEqual([0, 0, 1, 2, 0]);
    expect(turnOf(0, 20, 40_000)).toBe(0);
    expect(['45', null, '', '0', '-5', 'x', '1e9'].map(turnSeconds)).toEqual([45, ...Array(6).fill(TURN_SECONDS)]);
  });
});

it('UI-53: a tab says that its numbers cannot be believed, else how many licence types have something firing', () => {
  const alert = (id: string, licenceType: string, state: LiveAlert['state'], severity: LiveAlert['severity'] = 'critical'): LiveAlert => ({
    ...{ id, licenceType, state, severity, rule: id, value: 1, threshold: 1, startsAt: '2026-11-24T12:00:00.000Z', endsAt: null },
  });
  const alerts = [
    alert('a', 'Kiosk', 'firing'),
    alert('b', 'Kiosk', 'firing'),
    alert('c', 'Supervisor', 'pending'),
    alert('d', 'Inbound Agent', 'firing', 'info'),
  ];
  expect(tabState('live', alerts)).toEqual({ words: '1 firing', icon: 'icon-firing' });
  expect(tabState('live', [])).toEqual({ words: '', icon: 'icon' });
  expect(tabState('old', alerts)).toEqual({ words: 'Old', icon: 'icon-old' });
  expect(tabState('silent', alerts).words).toBe('Feed silent');
  expect(tabState('not-recording', alerts).words).toBe('Not recording');
});
