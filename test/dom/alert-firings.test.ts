import { describe, expect, it } from 'vitest';
import { firingsIn } from '../../dashboard/format/alert-firings.ts';
import type { AlertTransitionView } from '../../shared/alerts.ts';

const at = (minute: number) => Date.UTC(2026, 10, 24, 12, minute);
type State = AlertTransitionView['to'];

/** Newest first, as the daemon lists them. */
function steps(...given: [minute: number, alert: string, from: State, to: State][]): AlertTransitionView[] {
  return given
    .map(([minute, alert, from, to], seq) => ({
      seq,
      at: new Date(at(minute)).toISOString(),
      alert,
      rule: `rule of ${alert}`,
      licenceType: 'Inbound Agent',
      from,
      to,
      value: 1,
      reason: '',
    }))
    .reverse();
}
const found = (list: AlertTransitionView[]) =>
  firingsIn(list, { from: at(10), to: at(20) }).map(({ alert, from, to }) => [
    alert,
    (from - at(0)) / 60_000,
    to === null ? null : (to - at(0)) / 60_000,
  ]);

describe('what fired in a range', () => {
  it('UI-75: one that began before the range, one that goes on, and none that was over or only waited', () => {
    const list = steps(
      [2, 'early', 'inactive', 'firing'],
      [4, 'over', 'inactive', 'firing'],
      [6, 'over', 'firing', 'resolved'],
      [11, 'waits', 'inactive', 'pending'],
      [12, 'early', 'firing', 'resolved'],
      [13, 'waits', 'pending', 'inactive'],
      [15, 'late', 'pending', 'firing'],
    );
    expect(found(list)).toEqual([
      ['late', 15, null],
      ['early', 2, 12],
    ]);
  });

  it('UI-75: silence of the feed ends nothing, and is no second firing', () => {
    const list = steps(
      [11, 'a', 'inactive', 'firing'],
      [12, 'a', 'firing', 'unknown'],
      [14, 'a', 'unknown', 'firing'],
      [16, 'a', 'firing', 'resolved'],
    );
    expect(found(list)).toEqual([['a', 11, 16]]);
  });
});
