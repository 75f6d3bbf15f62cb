import { describe, expect, it } from 'vitest';
import { IMPORT_RULES, importCycles, importViolations, styleViolations } from './support/import-rules.ts';
import { sourceFile, sourceTree } from './support/source-tree.ts';

const house = sourceTree(process.cwd(), ['shared', 'server', 'dashboard']);
const tests = sourceTree(process.cwd(), ['test']);

describe('the house', () => {
  it.each([...new Set(IMPORT_RULES.map((rule) => rule.id))])('%s holds', (id) => {
    expect(
      importViolations(
        house,
        IMPORT_RULES.filter((rule) => rule.id === id),
      ),
    ).toEqual([]);
  });

  it('ARCH-12: no import cycles', () => expect(importCycles(house)).toEqual([]));

  it('ARCH-13..16: no barrels, no default exports, no enums, kebab-case names', () => {
    expect(styleViolations([...house, ...tests])).toEqual([]);
  });

  it('ARCH-17: the tree that is checked is not empty', () => {
    for (const folder of ['shared/', 'server/', 'dashboard/']) expect(house.some((file) => file.path.startsWith(folder))).toBe(true);
    expect(house.flatMap((file) => file.imports).length).toBeGreaterThan(100);
  });
});

/** A rule that cannot fail holds nothing: each is shown one bad file. */
describe('the rules can fail', () => {
  const bad: [id: string, path: string, source: string][] = [
    ['ARCH-1', 'shared/time.ts', "import { open } from 'lmdb';"],
    ['ARCH-1', 'shared/time.ts', "export { readFile } from 'node:fs';"],
    ['ARCH-1', 'shared/time.ts', 'export const now = () => Date.now();'],
    ['ARCH-2', 'server/licensing/pools.ts', "import type { Level } from '../usage/levels.ts';"],
    ['ARCH-2', 'server/usage/levels.ts', 'const at = new Date();'],
    ['ARCH-2', 'server/alerts/rules.ts', "import {\n  a,\n  b,\n} from '../store/tables.ts';"],
    ['ARCH-3', 'server/store/lmdb.ts', "import { hub } from '../live/hub.ts';"],
    ['ARCH-3', 'server/webhooks/outbox.ts', "import { evaluate } from '../alerts/evaluate.ts';"],
    ['ARCH-4', 'server/live/hub.ts', "import type { WebSocket } from 'ws';"],
    ['ARCH-5', 'server/http/usage.ts', "const { open } = await import('lmdb');"],
    ['ARCH-6', 'server/pipeline.ts', "import 'lmdb';"],
    ['ARCH-7', 'dashboard/pages/overview.ts', "import uPlot from 'uplot';"],
    ['ARCH-7', 'dashboard/pages/overview.ts', "import 'uplot/dist/uPlot.min.css';"],
    ['ARCH-8', 'dashboard/client/socket.ts', "import { html } from 'lit';"],
    ['ARCH-9', 'dashboard/components/row.ts', "void fetch('/api');"],
    ['ARCH-9', 'dashboard/pages/overview.ts', 'new WebSocket(url);'],
    ['ARCH-10', 'dashboard/main.ts', "import { systemClock } from '../server/clock.ts';"],
    ['ARCH-10', 'server/app.ts', "import '../dashboard/main.ts';"],
    ['ARCH-11', 'server/simulate/run.ts', "import { createPipeline } from '../pipeline.ts';"],
    ['ARCH-18', 'server/books/batch.ts', "import { openLmdbStore } from '../store/lmdb.ts';"],
    ['ARCH-23', 'server/alerting/look.ts', "import { json } from '../http/describe.ts';"],
    ['ARCH-24', 'server/webhooks/worker.ts', "import type { Pipeline } from '../pipeline-types.ts';"],
    ['ARCH-25', 'server/verify/verify.ts', "import { openDataFile } from '../store/lmdb.ts';"],
    ['ARCH-26', 'server/safekeeping/keeper.ts', "import type { Pipeline } from '../pipeline-types.ts';"],
    ['ARCH-28', 'server/saved-reports/runner.ts', "import { json } from '../http/describe.ts';"],
    ['ARCH-29', 'server/reports/records.ts', "import { json } from '../http/describe.ts';"],
    ['ARCH-27', 'server/formats/csv.ts', "import { json } from '../http/describe.ts';"],
    ['ARCH-19', 'server/parse/events.ts', "import { recordEvents } from '../books/record-event.ts';"],
  ];
  it.each(bad)('%s is broken by a bad %s', (id, path, source) => {
    const found = importViolations([sourceFile(path, source)]);
    expect(found.some((line) => line.startsWith(`${id}: ${path} `))).toBe(true);
  });

  it('ARCH-1: a comment breaks no rule', () => {
    expect(importViolations([sourceFile('shared/time.ts', "// no Date.now here\n/* import 'lmdb' */\nexport const a = 1;")])).toEqual([]);
  });

  it('ARCH-12: a cycle is found, one of types only is none', () => {
    const cycle = (kind: string) => [
      sourceFile('server/a.ts', `import ${kind}{ b } from './b.ts';`),
      sourceFile('server/b.ts', `import ${kind}{ a } from './a.ts';`),
    ];
    expect(importCycles(cycle(''))).toEqual(['ARCH-12: server/a.ts -> server/b.ts -> server/a.ts']);
    expect(importCycles(cycle('type '))).toEqual([]);
  });

  it.each([
    ['ARCH-13', 'server/http/all.ts', "export * from './usage.ts';"],
    ['ARCH-13', 'server/http/index.ts', 'export const a = 1;'],
    ['ARCH-14', 'server/app.ts', 'export default function app() {}'],
    ['ARCH-15', 'shared/pool.ts', 'export const enum Pool { Concurrent }'],
    ['ARCH-16', 'server/createApp.ts', 'export const a = 1;'],
  ])('%s is broken by a bad %s', (id, path, source) => {
    expect(styleViolations([sourceFile(path, source)]).map((line) => line.slice(0, id.length))).toEqual([id]);
  });
});
