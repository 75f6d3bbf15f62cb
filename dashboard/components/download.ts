/** Hands the reader a file that was made on the page. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name.replaceAll(/[^\w.-]+/g, '_');
  link.click();
  URL.revokeObjectURL(address);
}

type Cell = string | number | null | boolean;

/** A field that a spreadsheet would take for a formula begins with an apostrophe. */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  const field = (cell: Cell): string => {
    const text = cell === null ? '' : String(cell);
    const safe = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

export const downloadCsv = (name: string, rows: readonly (readonly Cell[])[]): void =>
  download(`${name}.csv`, new Blob([csvText(rows)], { type: 'text/csv' }));
