// Builds dist/ when a source is newer than the last build, so that starting twice does not build twice.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'dist', '.built');
const sources = ['shared', 'server', 'dashboard', 'package.json', 'tsconfig.base.json', 'tsconfig.server.json', 'vite.config.ts'];

/** Newest modification time below a path, in milliseconds. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}

function run(module, ...args) {
  const result = spawnSync(process.execPath, [join(root, 'node_modules', module), ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const changed = Math.max(...sources.map((path) => newest(join(root, path))));
const fresh = existsSync(stamp) && statSync(stamp).mtimeMs > changed;
// A package installed without its development dependencies carries a finished dist/ and nothing to build it with.
const canBuild = existsSync(join(root, 'node_modules', 'typescript'));
if ((!fresh || process.argv.includes('--force')) && canBuild) {
  for (const part of ['server', 'shared']) rmSync(join(root, 'dist', part), { recursive: true, force: true });
  run('typescript/bin/tsc', '-p', 'tsconfig.server.json');
  run('vite/bin/vite.js', 'build', '--logLevel', 'warn');
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
}
