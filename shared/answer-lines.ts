/**
 * Answers that take long, as `application/x-ndjson`: how far the work has come, then the answer. What goes wrong on the way is the last
 * line; an answer whose last line is missing was cut off.
 */
import type { Problem } from './problems.ts';
import type { Cell, ReportView } from './reports.ts';
import type { WhatIf } from './what-if.ts';

/** Hundredths of the work. It begins again where something of the past changed meanwhile. */
export interface Progress {
  done: number;
  total: number;
}

export type ProgressLine = { progress: Progress };
export type ProblemLine = { problem: Problem };
/** A report: all but rows and totals; the rows, in the order of its columns; the totals. */
export type ReportLine = { report: Omit<ReportView, 'rows' | 'totals'> } | Cell[] | { totals: ReportView['totals'] };
export type WhatIfLine = { whatIf: WhatIf };

/** What the last line of an answer said, or that there was none. */
export class AnswerCutError extends Error {
  readonly problem: Problem | null;
  constructor(problem: Problem | null) {
    super(problem ? `${problem.title}: ${problem.detail}` : 'The answer was cut off');
    this.problem = problem;
  }
}

/** Is told how far an answer has come. */
export type Heard = (progress: Progress) => void;

/** @throws AnswerCutError */
export async function readReport(lines: AsyncIterable<string>, heard: Heard): Promise<ReportView> {
  const rows: Cell[][] = [];
  let head: Omit<ReportView, 'rows' | 'totals'> | null = null;
  for await (const line of answerLines<ReportLine>(lines, heard)) {
    if (Array.isArray(line)) rows.push(line);
    else if ('report' in line) head = line.report;
    else if (head) return { ...head, rows, totals: line.totals };
  }
  throw new AnswerCutError(null);
}

/** @throws AnswerCutError */
export async function readWhatIf(lines: AsyncIterable<string>, heard: Heard): Promise<WhatIf> {
  for await (const line of answerLines<WhatIfLine>(lines, heard)) return line.whatIf;
  throw new AnswerCutError(null);
}

async function* answerLines<L extends object>(lines: AsyncIterable<string>, heard: Heard): AsyncGenerator<L, void, void> {
  for await (const text of lines) {
    const line = parsed<L>(text);
    if ('progress' in line) heard(line.progress);
    else if ('problem' in line) throw new AnswerCutError(line.problem);
    else yield line;
  }
}

/** The one place where the wire meets the types. @throws AnswerCutError for half a line */
function parsed<L extends object>(text: string): L | ProgressLine | ProblemLine {
  try {
    return JSON.parse(text) as L | ProgressLine | ProblemLine;
  } catch {
    throw new AnswerCutError(null);
  }
}
