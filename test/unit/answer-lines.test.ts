/** Answers that take long, line by line: as they are written, and as they are read. */
import { expect, it } from 'vitest';
import type { Edge } from '../../server/http/edge.ts';
import { HttpProblem } from '../../server/http/problem.ts';
import { lineOf, streamProgress } from '../../server/http/progress-lines.ts';
import type { InProgress, Piece } from '../../server/reports/work.ts';
import { AnswerCutError, readReport, readWhatIf } from '../../shared/answer-lines.ts';

/** Time passes a little with every look at the clock. */
function edgeWhereLooksTake(milliseconds: number): { edge: Edge; logged: unknown[] } {
  let now = 0;
  const running = () => {
    now += milliseconds;
    return now;
  };
  const logged: unknown[] = [];
  return { edge: { clock: { running }, log: { error: (fields: object) => logged.push(fields) } } as unknown as Edge, logged };
}

async function* work<T>(pieces: (Piece<T> | Error)[]): InProgress<T> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield piece;
  }
}

const shares = (...done: number[]) => done.map((share) => ({ share }));
const textOf = async (pieces: InProgress<string>, edge = edgeWhereLooksTake(1_000).edge) =>
  (await streamProgress(edge, pieces, (answer) => [lineOf({ answer })])).text();
const progress = (done: number) => `{"progress":{"done":${done},"total":100}}\n`;

it('REPORT-24 how far the work has come is said where it changed, and then the answer', async () => {
  const text = await textOf(work([...shares(0, 0.001, 0.258, 0.258), { answer: 'x' }]));
  expect(text).toBe(`${progress(0)}${progress(25)}{"answer":"x"}\n`);
});

it('REPORT-24 it is said ten times a second at most', async () => {
  const hundredths = shares(...Array.from({ length: 100 }, (_, n) => n / 100));
  const lines = (await textOf(work([...hundredths, { answer: 'x' }]), edgeWhereLooksTake(10).edge)).split('\n');
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.length).toBeLessThan(20);
});

it('REPORT-24 what is answered at once has no progress', async () => {
  expect(await textOf(work([{ answer: 'x' }]))).toBe('{"answer":"x"}\n');
});

it('REPORT-25 a refusal before anything was said is an answer of its own; after it, the last line', async () => {
  const refusal = new HttpProblem(413, 'too_large', 'There is too much.');
  await expect(textOf(work<string>([refusal]))).rejects.toBe(refusal);
  const { edge, logged } = edgeWhereLooksTake(1_000);
  const lines = (await textOf(work<string>([...shares(0), refusal]), edge)).trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ problem: { status: 413, code: 'too_large', detail: 'There is too much.' } });
  expect(logged).toEqual([]);
});

it('REPORT-25 what nobody foresaw is told without its cause, which is in the log', async () => {
  const { edge, logged } = edgeWhereLooksTake(1_000);
  const [, last = ''] = (await textOf(work<string>([...shares(0), new Error('a secret')]), edge)).split('\n');
  expect(JSON.parse(last)).toMatchObject({ problem: { status: 500, code: 'internal' } });
  expect(last).not.toContain('secret');
  expect(logged).toHaveLength(1);
});

it('REPORT-26 a caller who goes away ends the work', async () => {
  let ended = false;
  async function* endless(): InProgress<string> {
    try {
      for (let n = 0; ; n++) yield { share: (n % 100) / 100 };
    } finally {
      ended = true;
    }
  }
  const { body } = await streamProgress(edgeWhereLooksTake(1_000).edge, endless(), () => []);
  await body?.cancel();
  expect(ended).toBe(true);
});

async function* lines(...values: unknown[]): AsyncGenerator<string> {
  for (const value of values) yield typeof value === 'string' ? value : JSON.stringify(value);
}

it('REPORT-24 a report is put together again from its lines', async () => {
  const heard: number[] = [];
  const told = lines({ progress: { done: 3, total: 100 } }, { report: { from: 'a' } }, ['x', 1], ['y', null], { totals: { acquired: 1 } });
  const report = await readReport(told, ({ done }) => heard.push(done));
  expect(report).toEqual({
    from: 'a',
    rows: [
      ['x', 1],
      ['y', null],
    ],
    totals: { acquired: 1 },
  });
  expect(heard).toEqual([3]);
});

it('REPORT-25 an answer without its last line, or with half of it, was cut off', async () => {
  const head = { report: { from: 'a' } };
  for (const cut of [[], [head], [head, ['x', 1]], [head, '{"tot'], [{ totals: {} }]])
    await expect(readReport(lines(...cut), () => {})).rejects.toEqual(new AnswerCutError(null));
  await expect(readWhatIf(lines({ progress: { done: 99, total: 100 } }), () => {})).rejects.toEqual(new AnswerCutError(null));
});

it('REPORT-25 a problem as the last line is thrown with what it says', async () => {
  const problem = { title: 'The request is too large', detail: 'There is too much.', status: 413 };
  const failed = readReport(lines({ report: {} }, { problem }), () => {});
  await expect(failed).rejects.toMatchObject({ message: 'The request is too large: There is too much.', problem });
});
