import { Command } from 'commander';
import { ConfigError, loadConfig } from '../config.ts';
import { readTokens } from '../tokens.ts';
import { FAILED, OK } from './exit-codes.ts';
import { readText } from './read-config.ts';

export function checkConfigCommand(): Command {
  return new Command('check-config')
    .description('look for mistakes in a configuration file and do nothing else')
    .argument('<file>', 'YAML configuration')
    .option('--json', 'answer as JSON')
    .action((file: string, { json = false }: { json?: boolean }) => {
      process.exitCode = checkConfig(file, json);
    });
}

/** The file alone, without the environment: what is checked here is what will be installed elsewhere. */
function checkConfig(file: string, json: boolean): number {
  try {
    loadConfig({ file: readText(file), hasTokens: (dataDir) => readTokens(dataDir).length > 0 });
    process.stdout.write(json ? '{"ok":true,"problems":[]}\n' : `${file}: no mistakes found\n`);
    return OK;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (json) process.stdout.write(`${JSON.stringify({ ok: false, problems: error.problems })}\n`);
    else process.stderr.write(`${file}:\n${error.message.replaceAll(/^/gm, '  ')}\n`);
    return FAILED;
  }
}
