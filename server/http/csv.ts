/** Lines of CSV (RFC 4180). */

export type CsvCell = string | number | null;

export const csvLine = (cells: readonly CsvCell[]): string => `${cells.map(quoted).join(',')}\r\n`;

/** What is no text needs no quotes; names are written as they are. */
function quoted(cell: CsvCell): string {
  if (cell === null) return '';
  const text = String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
