/** `npm run mutations -- [--only TEXT]`: makes each mistake in a copy of the source and runs the test that must notice it. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tempDir } from '../support/temp-dir.ts';
import { MUTATIONS, type Mutation } from './mutations.ts';

/** What a mistake leaves over is none. */
const WITH_MISTAKES = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false', '--allowUnreachableCode', 'true'];
/** Of one test, on a machine that does other work too. */
const TEST_WITHIN_MS = 900_000;

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

/** @throws where the source is no longer what the mistake was made for, or does not compile with it: then anything would notice */
function isCaught(directory: string, { name, file, from, to, test }: Mutation): boolean {
  const path = join(directory, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${name}: ${file} does not hold, or holds more than once:\n${from}`);
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  try {
    const tsc = join(directory, 'node_modules', 'typescript', 'bin', 'tsc');
    const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.server.json', '--noEmit', ...WITH_MISTAKES], {
      cwd: directory,
      encoding: 'utf8',
    });
    if (compiled.status !== 0) throw new Error(`${name}: does not compile:\n${compiled.stdout}`);
    return !passes(directory, test);
  } finally {
    writeFileSync(path, source);
  }
}

function passes(directory: string, test: string): boolean {
  const vitest = join(directory, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--bail', '1', '--project', 'unit', test], {
    cwd: directory,
    stdio: 'ignore',
    timeout: TEST_WITHIN_MS,
  });
  if (status === null) throw new Error(`${test} came to no end within ${TEST_WITHIN_MS / 60_000} minutes: that says nothing`);
  return status === 0;
}
