import type { ImportReport } from '../../shared/import.ts';

/** The report for people: sums first, then line by line what needs a look. */
export function importText(report: ImportReport, dryRun: boolean): string {
  const { rows, recorded, duplicates, truncated } = report;
  const unpaired = report.unpaired.length + (truncated?.unpaired ?? 0);
  const refused = report.refused.length + (truncated?.refused ?? 0);
  const lines = [
    `${dryRun ? 'Dry run, nothing was changed. ' : ''}${rows} rows: ${recorded} ${dryRun ? 'would be recorded' : 'recorded'}, ${duplicates} imported before, ${unpaired} unpaired, ${refused} refused.`,
    ...section(
      'Normalised',
      report.normalised,
      truncated?.normalised,
      ({ column, from, to }) => `${column}: ${JSON.stringify(from)} read as ${JSON.stringify(to)}`,
    ),
    ...section('Unpaired', report.unpaired, truncated?.unpaired, ({ reason }) => reason),
    ...section('Refused', report.refused, truncated?.refused, ({ reason }) => reason),
  ];
  return `${lines.join('\n')}\n`;
}

export function section<T extends { line: number }>(
  title: string,
  items: T[],
  more: number | undefined,
  text: (item: T) => string,
): string[] {
  if (items.length === 0) return [];
  return [`${title}:`, ...items.map((item) => `  line ${item.line}: ${text(item)}`), ...(more ? [`  and ${more} more`] : [])];
}
