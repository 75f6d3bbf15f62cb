/** `npm run mutations -- [--only TEXT]`: makes each mistake in a copy of the source and runs the test that must notice it. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tempDir } from '../support/temp-dir.ts';
import { MUTATIONS, type Mutation } from './mutations.ts';

const COPIED = [
  'server',
  'shared',
  'test',
  'package.json',
  'vitest.config.ts',
  'tsconfig.base.json',
  'tsconfig.json',
  'tsconfig.server.json',
  'tsconfig.test.json',
  'tsconfig.dashboard.json',
];

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { only: { type: 'string', default: '' } } });
  const copy = tempDir('highwater-mutations-');
  try {
    for (const name of COPIED) cpSync(name, join(copy.path, name), { recursive: true });
    symlinkSync(join(process.cwd(), 'node_modules'), join(copy.path, 'node_modules'));
    const mutations = MUTATIONS.filter(({ name }) => name.includes(values.only));
    for (const test of new Set(mutations.map((mutation) => mutation.test))) {
      if (!passes(copy.path, test)) throw new Error(`${test} fails without any mistake`);
    }
    const missed: string[] = [];
    let tried = 0;
    for (const mutation of mutations) {
      const caught = isCaught(copy.path, mutation);
      tried++;
      if (!caught) missed.push(mutation.name);
      console.error(`${caught ? 'caught' : 'MISSED'}: ${mutation.name} (${mutation.test})`);
    }
    console.log(JSON.stringify({ tried, caught: tried - missed.length, missed }));
    return missed.length > 0 ? 1 : 0;
  } finally {
    copy.remove();
  }
}

/** @throws where the source is no longer what the mistake was made for */
function isCaught(directory: string, { name, file, from, to, test }: Mutation): boolean {
  const path = join(directory, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${name}: ${file} does not hold, or holds more than once:\n${from}`);
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  try {
    return !passes(directory, test);
  } finally {
    writeFileSync(path, source);
  }
}

function passes(directory: string, test: string): boolean {
  const vitest = join(directory, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'unit', test], {
    cwd: directory,
    stdio: 'ignore',
    timeout: 180_000,
  });
  return status === 0;
}
