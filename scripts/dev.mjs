// npm run dev: the daemon and the dashboard, both reloading when a source changes. Arguments go to `highwater serve`.
//   tsc                   compiles the server into dist/ when server/ or shared/ changes
//   node --watch          restarts the daemon when dist/ changes
//   vite                  serves the dashboard and passes /api on to the daemon (HIGHWATER_DEV_DAEMON)
// The sources are watched from here: `tsc --watch` of TypeScript 7.0 does not notice changes on every file system.
import { spawn, spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (path) => join(root, 'node_modules', path);
// The daemon warns of settings that it does not know, and this one is not its own.
const { HIGHWATER_DEV_DAEMON: target = 'http://127.0.0.1:7420', ...env } = process.env;

const children = new Set();
let ending = false;

/** Starts a part in a process group of its own, since node --watch has a child too; when one ends, all end. */
function part(name, args, own = {}) {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...env, ...own }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  children.add(child);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => console.log(`${name.padEnd(9)} ${line}`));
  }
  child.once('close', (code) => {
    children.delete(child);
    if (!ending) console.log(`${name} ended (${code ?? 'by a signal'})`);
    end(code ?? 1);
  });
}

function end(code) {
  if (ending) return;
  ending = true;
  process.exitCode = code;
  for (const watcher of watchers) watcher.close();
  for (const child of children) process.kill(-child.pid, 'SIGTERM');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));

/** A type error does not stop anything: dist/ is written all the same. */
const compile = [bin('typescript/bin/tsc'), '-p', 'tsconfig.server.json'];
let compiling = false;
let again = false;

function changed() {
  again = compiling;
  if (compiling || ending) return;
  compiling = true;
  const started = Date.now();
  spawn(process.execPath, compile, { cwd: root, stdio: 'inherit' }).once('close', (code) => {
    compiling = false;
    console.log(`tsc       ${code === 0 ? 'compiled' : 'found errors'}, ${Date.now() - started} ms`);
    if (again) changed();
  });
}

/** Editors save in several steps; one compilation is enough for all of them. */
const SETTLE_MS = 100;
let settling;

spawnSync(process.execPath, compile, { cwd: root, stdio: 'inherit' });
const watchers = ['server', 'shared'].map((folder) =>
  watch(join(root, folder), { recursive: true }, (_, name) => {
    if (!name?.endsWith('.ts')) return;
    clearTimeout(settling);
    settling = setTimeout(changed, SETTLE_MS);
  }),
);
part('daemon', ['--enable-source-maps', '--watch', '--watch-preserve-output', 'dist/server/main.js', 'serve', ...process.argv.slice(2)]);
part('dashboard', [bin('vite/bin/vite.js')], { HIGHWATER_DEV_DAEMON: target });
