/** `npm run bench [-- --quick] [--only ingest|organisations|neighbours|late|pieces|fan-out|at-rest|history] [--write]`: figures beside a baseline of the same run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchAtRest } from './at-rest.ts';
import { benchFanOut } from './fan-out.ts';
import { benchHistory } from './history/bench.ts';
import { benchIngest } from './ingest.ts';
import { benchLate } from './late.ts';
import { benchNeighbours } from './neighbours.ts';
import { benchOrganisations } from './organisations.ts';
import { benchPieces } from './pieces.ts';

const PAGE = 'docs/benchmarks.md';
const [BEGIN, END] = ['<!-- figures: begin -->', '<!-- figures: end -->'];

/** Of history. The whole takes some half an hour to be lived through, so that it has to be asked for; `--store` keeps it. */
const size = (quick: boolean) => (quick ? { organisations: 100, records: 100_000 } : { organisations: 1_000, records: 10_000_000 });

/** Those that take long. */
const BY_NAME = new Set(['history', 'pieces']);

const say = (text: string) => console.error(text);

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      write: { type: 'boolean', default: false },
      store: { type: 'string' },
      verify: { type: 'boolean', default: false },
    },
  });
  const runs = values.quick ? 3 : 5;
  const parts: [name: string, title: string, run: () => Promise<string>][] = [
    ['ingest', 'Durable acknowledged events', () => benchIngest(runs, values.quick ? 1.5 : 3, say)],
    ['organisations', 'A thousand organisations', () => benchOrganisations(runs, values.quick ? 0.4 : 1, say)],
    ['neighbours', 'Beside a neighbour who sends in bulk', () => benchNeighbours(runs, values.quick ? 3 : 6, say)],
    ['late', 'Late events', () => benchLate(runs, values.quick ? 40_000 : 100_000, say)],
    ['pieces', 'The past worked out again, in pieces', () => benchPieces(values.quick ? 0.2 : 1, say)],
    ['fan-out', 'From acknowledgement to display', () => benchFanOut(values.quick ? 2 : 5, values.quick ? 40 : 60, say)],
    ['at-rest', 'On disk and at start', () => benchAtRest(runs, say)],
    [
      'history',
      'Questions about thirteen months',
      () => benchHistory({ ...size(values.quick), runs, store: values.store, verify: values.verify }, say),
    ],
  ];
  const chosen = parts.filter(([name]) => (values.only === undefined ? !BY_NAME.has(name) : values.only === name));
  if (chosen.length === 0) {
    console.error(`--only takes ${parts.map(([name]) => name).join(', ')}`);
    return 2;
  }
  const sections: string[] = [];
  for (const [, title, run] of chosen) sections.push(`### ${title}\n\n${await run()}\n`);
  const when = new Date().toISOString().slice(0, 10);
  const machine = `${when}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; median [min..max] of ${runs} runs`;
  const figures = `${machine}\n\n${sections.join('\n')}`;
  console.log(figures);
  if (values.write) {
    const [before, rest] = readFileSync(PAGE, 'utf8').split(BEGIN);
    writeFileSync(PAGE, `${before}${BEGIN}\n${figures}${END}${rest?.split(END)[1] ?? '\n'}`);
  }
  return 0;
}
