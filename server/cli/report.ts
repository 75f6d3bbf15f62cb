import { Command, InvalidArgumentError, Option } from 'commander';
import { readReport } from '../../shared/answer-lines.ts';
import { DATA_SOURCE_IDS, type DataSource, type DataSourceId, type ReportFilter } from '../../shared/reports.ts';
import { ask, bodyTo, type DaemonFlags, linesOf, organisationPath, textTo, withDaemon } from './daemon-client.ts';
import { OK } from './exit-codes.ts';
import { reportText } from './report-text.ts';
import { withProgress } from './terminal-line.ts';

interface ReportFlags extends DaemonFlags {
  organisation: string;
  dataSource: DataSourceId;
  metric?: string[];
  dimension?: string[];
  filter?: ReportFilter[];
  from?: string;
  to?: string;
  json?: boolean;
  csv?: boolean;
  format?: keyof typeof MEDIA;
  saved?: string;
  output?: string;
}

/** What is put together here comes in lines, with its progress. */
const MEDIA = {
  table: 'application/x-ndjson',
  json: 'application/x-ndjson',
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export function reportCommand(): Command {
  const command = new Command('report')
    .description('make a report of licences acquired and released, or of the levels of use')
    .requiredOption('--organisation <id>', 'whose licences')
    .addOption(new Option('--data-source <id>', 'what it is made of').choices([...DATA_SOURCE_IDS]).default('organisation-licence-usage'))
    .option('--metric <id...>', 'what to work out (default: all that the data source has)')
    .option('--dimension <id...>', 'what to break it down by (default: licenceType)')
    .option('--filter <field=value...>', 'only these; several values of one field are any of them', addFilter)
    .option('--saved <id>', 'the report that is kept under this id, over its own range', nonEmpty)
    .option('--from <instant>', 'RFC 3339 (default: yesterday, local time of the organisation)')
    .option('--to <instant>', 'exclusive')
    .addOption(new Option('--format <format>', 'rows as CSV or XLSX have no totals').choices(Object.keys(MEDIA)).default('table'))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }).conflicts('csv'))
    .addOption(new Option('--csv', 'the same as --format csv').implies({ format: 'csv' }))
    .option('-o, --output <file>', 'default: standard output');
  return withDaemon(command).action(async (flags: ReportFlags) => {
    const answer = await makeReport(flags);
    const whole = () => withProgress('Working out the report', (heard) => readReport(linesOf(answer), heard));
    if (flags.format === 'table') await textTo(reportText(await whole()), flags.output);
    else if (flags.format === 'json') await textTo(`${JSON.stringify(await whole())}\n`, flags.output);
    else await bodyTo(answer, flags.output);
    process.exitCode = OK;
  });
}

function addFilter(text: string, before: ReportFilter[] = []): ReportFilter[] {
  const [field = '', ...rest] = text.split('=');
  if (field === '' || rest.length === 0) throw new InvalidArgumentError('A field and a value are needed, like licenceType=Recording.');
  const known = before.find((filter) => filter.field === field);
  if (!known) return [...before, { field, in: [rest.join('=')] }];
  known.in.push(rest.join('='));
  return before;
}

const nonEmpty = (text: string): string => {
  if (text !== '') return text;
  throw new InvalidArgumentError('An id is needed.');
};

async function makeReport(flags: ReportFlags): Promise<Response> {
  const Accept = MEDIA[flags.format ?? 'table'];
  if (flags.saved !== undefined) {
    const path = organisationPath(flags.organisation, `/saved-reports/${encodeURIComponent(flags.saved)}/run`);
    return ask(flags, path, { method: 'POST', headers: { Accept } });
  }
  const { dataSource, metric, dimension = ['licenceType'], filter: filters = [], from, to } = flags;
  const metrics = metric ?? (await allMetrics(flags));
  return ask(flags, organisationPath(flags.organisation, '/reports'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept },
    body: JSON.stringify({ dataSource, metrics, dimensions: dimension, filters, ...(from && { from }), ...(to && { to }) }),
  });
}

async function allMetrics(flags: ReportFlags): Promise<string[]> {
  const { dataSources } = (await (await ask(flags, '/api/v1/data-sources')).json()) as { dataSources: DataSource[] };
  return dataSources.find(({ id }) => id === flags.dataSource)?.metrics.map(({ id }) => id) ?? [];
}
