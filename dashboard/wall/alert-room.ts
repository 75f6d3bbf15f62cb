import type { Severity } from '../../shared/alerts.ts';
import { turning } from '../format/alert-groups.ts';

/** How much is told of each: all of it in a box of three lines, one line, or the name under a common heading. */
export type AlertForm = 'card' | 'line' | 'name';

export interface AlertRoom<T> {
  form: AlertForm;
  columns: number;
  shown: T[];
  /** How many lesser ones have their turn later. */
  waiting: number;
}

/** Least width of one alert in letters; of a name, as long as so many of them fit, and else. */
const LETTERS = { card: 46, line: 46, name: 26, narrow: 20 };
/** Lines that take hardly more height than one card. */
const LINES = 3;

interface Grave {
  worst: { severity: Severity };
}

/**
 * Which alerts are seen at this moment, and how. What is critical is always there: where there is no room for it in cards it is told shorter.
 * Lesser ones take turns in the room that is left, which is one at least.
 *
 * @param letters that a line of the strip has room for
 */
export function alertRoom<T extends Grave>(groups: readonly T[], letters: number, now: number): AlertRoom<T> {
  const grave = groups.filter(({ worst }) => worst.severity === 'critical');
  const lesser = groups.filter(({ worst }) => worst.severity !== 'critical');
  const least = grave.length + (lesser.length > 0 ? 1 : 0);
  const columnsOf = (form: keyof typeof LETTERS) => Math.max(1, Math.floor(letters / LETTERS[form]));
  const laidOut = (form: AlertForm, columns: number, room: number): AlertRoom<T> => {
    const turn = turning(lesser, room - grave.length, now);
    return { form, columns, shown: [...grave, ...turn], waiting: lesser.length - turn.length };
  };
  const cards = columnsOf('card');
  if (least <= cards) return laidOut('card', Math.min(cards, groups.length), cards);
  const lines = columnsOf('line');
  if (least <= lines * LINES) return laidOut('line', lines, lines * LINES);
  // One place is the heading's.
  const wide = columnsOf('name');
  const names = least < wide * LINES ? wide : columnsOf('narrow');
  return laidOut('name', names, Math.max(names * LINES, Math.ceil((least + 1) / names) * names) - 1);
}
