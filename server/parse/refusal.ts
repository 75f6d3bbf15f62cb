import type { FieldProblem, ProblemCode } from '../../shared/problems.ts';

/** So many problems of one request are listed; the rest is only counted. */
const LISTED_PROBLEMS = 100;

/** Input that is refused: what a caller sent is wrong, nothing was changed. `status` is the HTTP status that says so. */
export class RefusedInput extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly errors: FieldProblem[];
  constructor(code: ProblemCode, detail: string, errors: FieldProblem[] = [], status = 400) {
    super(detail);
    this.name = 'RefusedInput';
    this.code = code;
    this.status = status;
    this.errors = errors;
  }
}

/** Collects every problem of a request, keeps the first hundred, and turns them into one refusal. */
export class Problems {
  readonly listed: FieldProblem[] = [];
  #count = 0;
  readonly #codes = new Set<string | undefined>();

  add(problem: FieldProblem): void {
    this.#count += 1;
    this.#codes.add(problem.code);
    if (this.listed.length < LISTED_PROBLEMS) this.listed.push(problem);
  }

  get count(): number {
    return this.#count;
  }

  /**
   * @param fallback code of a refusal whose problems have no code of their own in common
   * @throws RefusedInput when a problem was added
   */
  throwIfAny(fallback: ProblemCode, what: string): void {
    if (this.#count === 0) return;
    const [only] = this.#codes;
    const code = this.#codes.size === 1 && only !== undefined ? (only as ProblemCode) : fallback;
    const first = this.listed[0] as FieldProblem;
    const where = [first.index === undefined ? '' : `index ${first.index}`, first.path].filter((part) => part !== '').join(', ');
    const count = this.#count === 1 ? '1 problem' : `${this.#count} problems`;
    const more = this.#count > LISTED_PROBLEMS ? ` Only the first ${LISTED_PROBLEMS} are listed.` : '';
    throw new RefusedInput(code, `${what}: ${count}. First${where ? ` (${where})` : ''}: ${first.message}.${more}`, this.listed);
  }
}
