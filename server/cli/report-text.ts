import type { Cell, ReportView } from '../../shared/reports.ts';

/** A report as a table in columns, with the totals under a line. */
export function reportText({ columns, rows, totals, from, to, timeZone, provisional }: ReportView): string {
  const header = columns.map(({ name }) => name);
  const total = columns.map(({ id, kind }, i) => (kind === 'metric' ? shown(totals[id] ?? null) : i === 0 ? 'Total' : ''));
  const body = rows.map((row) => row.map(shown));
  const widths = header.map((name, i) => Math.max(name.length, ...[...body, total].map((row) => (row[i] ?? '').length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => (columns[i]?.kind === 'metric' ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const range = `${from} to ${to} (${timeZone})${provisional ? ', not over yet' : ''}`;
  return `${[range, '', line(header), rule, ...body.map(line), ...(body.length > 0 ? [rule] : []), line(total)].join('\n')}\n`;
}

function shown(cell: Cell): string {
  if (cell === null) return '-';
  return typeof cell === 'number' ? String(Number(cell.toFixed(3))) : cell;
}
