// npm run dev: the daemon and the dashboard, both reloading when a source changes. Arguments go to `highwater serve`.
//   tsc --watch           compiles the server into dist/
//   node --watch          restarts the daemon when dist/ changes
//   vite                  serves the dashboard and passes /api on to the daemon (HIGHWATER_DEV_DAEMON)
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (path) => join(root, 'node_modules', path);
const compile = [bin('typescript/bin/tsc'), '-p', 'tsconfig.server.json'];
const env = { HIGHWATER_DEV_DAEMON: 'http://127.0.0.1:7420', ...process.env };

const children = new Set();
let ending = false;

/** Starts a part; when one ends, all end. */
function part(name, args) {
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
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
  for (const child of children) child.kill('SIGTERM');
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(0));

// The first build must stand before the daemon can start; a type error does not stop it, dist/ is written all the same.
spawnSync(process.execPath, compile, { cwd: root, stdio: 'inherit' });
part('tsc', [...compile, '--watch', '--preserveWatchOutput']);
part('daemon', ['--enable-source-maps', '--watch', '--watch-preserve-output', 'dist/server/main.js', 'serve', ...process.argv.slice(2)]);
part('dashboard', [bin('vite/bin/vite.js')]);
