import { Command, Option } from 'commander';
import { DATA_SOURCE_IDS, type DataSourceId } from '../../shared/reports.ts';
import { ask, bodyTo, type DaemonFlags, organisationPath, withDaemon } from './daemon-client.ts';
import { OK } from './exit-codes.ts';

interface ExportFlags extends DaemonFlags {
  organisation: string;
  from?: string;
  to?: string;
  format: keyof typeof MEDIA;
  source: DataSourceId;
  output?: string;
  json?: boolean;
}

const PATHS: Record<DataSourceId, string> = { 'licence-usage': '/records', 'organisation-licence-usage': '/organisation-licence-usage' };
const MEDIA = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export function exportCommand(): Command {
  const command = new Command('export')
    .description(
      'write the licence records of an organisation, or its usage every five minutes, as CSV, NDJSON or XLSX; import takes the CSV of records',
    )
    .requiredOption('--organisation <id>', 'whose records')
    .option('--from <instant>', 'RFC 3339, inclusive')
    .option('--to <instant>', 'RFC 3339, exclusive')
    .addOption(new Option('--source <id>', 'what is written').choices([...DATA_SOURCE_IDS]).default('licence-usage'))
    .addOption(new Option('--format <format>', 'of the rows').choices(Object.keys(MEDIA)).default('csv'))
    .option('--json', 'the same as --format ndjson')
    .option('-o, --output <file>', 'default: standard output');
  return withDaemon(command).action(async (flags: ExportFlags) => {
    await exportRecords(flags);
    process.exitCode = OK;
  });
}

async function exportRecords(flags: ExportFlags): Promise<void> {
  const query = new URLSearchParams();
  if (flags.from !== undefined) query.set('from', flags.from);
  if (flags.to !== undefined) query.set('to', flags.to);
  const path = organisationPath(flags.organisation, `${PATHS[flags.source]}?${query}`);
  const response = await ask(flags, path, { headers: { Accept: MEDIA[flags.json ? 'ndjson' : flags.format] } });
  await bodyTo(response, flags.output);
}
