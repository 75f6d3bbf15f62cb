// Runs a TypeScript file of test/ with its arguments: node scripts/run-ts.mjs FILE [ARGUMENT...]
// Node 20 does not read TypeScript; Vite, which is here anyway, does. The file's `main(args)` gives the exit code.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [file, ...args] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/run-ts.mjs FILE [ARGUMENT...]');
  process.exit(2);
}
const { module } = await runnerImport(resolve(file), { root, configFile: false, logLevel: 'error' });
process.exitCode = (await module.main(args)) ?? 0;
