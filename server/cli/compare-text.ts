import { BILLING_RULES } from '../../shared/bill.ts';
import type { Comparison, FiguresReport } from '../../shared/vendor-figures.ts';
import { section } from './import-text.ts';

/** What became of the file: sums first, then line by line what needs a look. */
export function figuresText(report: FiguresReport, dryRun: boolean): string {
  const { rows, taken, added, changed, unchanged, truncated } = report;
  const refused = rows - taken;
  const lines = [
    `${dryRun ? 'Dry run, nothing was changed. ' : ''}${rows} rows, ${refused} refused: ${added} figures are new, ${changed} changed, ${unchanged} as they were.`,
    ...section(
      'Normalised',
      report.normalised,
      truncated?.normalised,
      ({ column, from, to }) => `${column}: ${JSON.stringify(from)} read as ${JSON.stringify(to)}`,
    ),
    ...section('Refused', report.refused, truncated?.refused, ({ reason }) => reason),
  ];
  return `${lines.join('\n')}\n`;
}

/** Of each type the period as a whole, and then the days that differ. */
export function comparisonText({ period, timeZone, source, licences, days }: Comparison): string {
  const lines = [`${period} (${timeZone}), ${source}`];
  for (const { licenceType, theirs, given, explanation, contingency, daysGiven, ours, causes } of licences) {
    if (theirs === null) continue;
    const same = causes.none ?? 0;
    lines.push(
      `  ${licenceType}: theirs ${theirs}; ours ${BILLING_RULES.map((rule) => `${ours[rule]} ${rule}`).join(', ')}.${daysGiven > 0 ? ` ${same} of ${daysGiven} days are the same.` : ''}`,
    );
    if (given === 'month' && explanation !== null) lines.push(`    the month  ${explanation}`);
    if (contingency.theirs !== null) lines.push(`    contingency (overflow): theirs ${contingency.theirs}, ours ${contingency.ours}`);
    for (const day of days) {
      if (day.licenceType !== licenceType || day.cause === null || day.cause === 'none') continue;
      const by = (day.difference?.instant ?? 0) > 0 ? `+${day.difference?.instant}` : String(day.difference?.instant);
      lines.push(`    ${day.date}  ${day.theirs} (${by})  ${day.explanation}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
