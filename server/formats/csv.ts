/** Lines of CSV (RFC 4180). */
import type { Cell } from './table.ts';

/**
 * What is no text needs no quotes. Names are written as they are, so that an export can be imported again.
 * @param safe with an apostrophe before what a spreadsheet would take for a formula
 */
export const csvLine = (cells: readonly Cell[], safe = false): string =>
  `${cells.map((cell) => quoted(safe ? withoutFormula(cell) : cell)).join(',')}\r\n`;

const withoutFormula = (cell: Cell): Cell => (typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);

function quoted(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
