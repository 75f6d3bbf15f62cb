import { Command } from 'commander';
import { licenceTypeName } from '../../shared/catalogue.ts';
import type { HolderView, LicenceRow, UsageView } from '../../shared/views.ts';
import { ask, type DaemonFlags, organisationPath, withDaemon } from './daemon-client.ts';
import { OK } from './exit-codes.ts';
import { explainText } from './explain-text.ts';

interface ExplainFlags extends DaemonFlags {
  organisation: string;
  licenceType?: string;
  json?: boolean;
}

/** One count, and everyone who makes it up. */
export interface Explanation {
  organisation: string;
  asOf: string;
  licences: (Pick<LicenceRow, 'licenceType' | 'inUse' | 'holdings'> & { holders: HolderView[] })[];
}

export function explainCommand(): Command {
  const command = new Command('explain')
    .description('break the licences in use down into users and devices, and say what would free each')
    .requiredOption('--organisation <id>', 'whose licences')
    .option('--licence-type <name>', 'only this one (default: all that are in use)')
    .option('--json', 'as JSON');
  return withDaemon(command).action(async (flags: ExplainFlags) => {
    const explanation = await explain(flags);
    process.stdout.write(flags.json ? `${JSON.stringify(explanation)}\n` : explainText(explanation));
    process.exitCode = OK;
  });
}

async function explain(flags: ExplainFlags): Promise<Explanation> {
  const get = async <T>(rest: string): Promise<T> => (await (await ask(flags, organisationPath(flags.organisation, rest))).json()) as T;
  const usage = await get<UsageView>('/usage');
  const only = flags.licenceType === undefined ? undefined : licenceTypeName(flags.licenceType);
  const rows = usage.licences.filter(({ licenceType, holdings }) => (only === undefined ? holdings > 0 : licenceType === only));
  const types = only !== undefined && rows.length === 0 ? [only] : rows.map(({ licenceType }) => licenceType);
  const licences: Explanation['licences'] = [];
  for (const licenceType of types) {
    const { items: holders } = await get<{ items: HolderView[] }>(`/licences/${encodeURIComponent(licenceType)}/holders`);
    // Counted from the list itself: while people log in and out, a number of another moment would not match it.
    licences.push({ licenceType, inUse: holders.length, holdings: holders.reduce((sum, { devices }) => sum + devices.length, 0), holders });
  }
  return { organisation: usage.organisation, asOf: usage.asOf, licences };
}
