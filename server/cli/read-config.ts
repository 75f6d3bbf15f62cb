import { readFileSync } from 'node:fs';
import { type Config, ConfigError, loadConfig } from '../config.ts';
import { readTokens } from '../tokens.ts';

export interface ConfigFlags {
  config?: string | undefined;
  listen?: string | undefined;
  dataDir?: string | undefined;
}

/**
 * The configuration of this process: the file named by `--config` or HIGHWATER_CONFIG, the environment, the flags.
 * @throws ConfigError, also when the file cannot be read
 */
export function readConfig(flags: ConfigFlags, env: NodeJS.ProcessEnv): { config: Config; warnings: string[] } {
  const path = flags.config ?? env['HIGHWATER_CONFIG'];
  const file = path === undefined ? undefined : readText(path);
  return loadConfig({
    file,
    env,
    flags: { listen: flags.listen, dataDir: flags.dataDir },
    readFile: (name) => readFileSync(name, 'utf8'),
    hasTokens: (dataDir) => readTokens(dataDir).length > 0,
  });
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([{ path: '', message: `cannot read ${path}: ${(error as Error).message}` }]);
  }
}
