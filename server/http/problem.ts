/** Errors of every kind to RFC 9457 problems, in one place. */
import { type FieldProblem, PROBLEM_TITLES, type Problem, type ProblemCode } from '../../shared/problems.ts';
import { RefusedInput } from '../parse/refusal.ts';
import { BadCursorError, NotRecordingError, ReportTooLargeError } from '../pipeline-types.ts';

export class HttpProblem extends Error {
  readonly status: number;
  readonly code: ProblemCode;
  readonly errors: FieldProblem[];
  readonly headers: Record<string, string>;
  constructor(
    status: number,
    code: ProblemCode,
    detail: string,
    { errors = [], headers = {} }: { errors?: FieldProblem[]; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.name = 'HttpProblem';
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }
}

/** Anything that was thrown as what the caller may know of it; `null` when that is nothing and somebody has to look into the log. */
export function knownProblem(error: unknown): HttpProblem | null {
  if (error instanceof HttpProblem) return error;
  if (error instanceof RefusedInput) {
    // What is wrong with the whole of it has a place too: programs look into `errors` alone.
    const errors = error.errors.length > 0 ? error.errors : [{ path: '', message: error.message }];
    return new HttpProblem(error.status, error.code, error.message, { errors });
  }
  if (error instanceof NotRecordingError) {
    const headers = { 'Retry-After': String(Math.max(1, Math.ceil(error.retryAfterSeconds))) };
    return new HttpProblem(503, 'not_recording', error.message, { headers });
  }
  if (error instanceof ReportTooLargeError) {
    const advice = 'Name fewer dimensions, filter, or take a shorter range.';
    return new HttpProblem(413, 'too_large', `${error.message}. ${advice}`, { errors: [{ path: 'dimensions', message: advice }] });
  }
  if (error instanceof BadCursorError) {
    return new HttpProblem(400, 'invalid_query', 'The cursor is not one that this daemon handed out.', {
      errors: [{ path: 'cursor', message: 'is not a cursor of this daemon' }],
    });
  }
  return null;
}

export const internalProblem = (): HttpProblem => new HttpProblem(500, 'internal', 'The cause is in the log of the daemon.');

export function problemBody({ status, code, message, errors }: HttpProblem): Problem {
  return {
    type: `urn:highwater:problem:${code}`,
    title: PROBLEM_TITLES[code],
    status,
    detail: message,
    code,
    ...(errors.length > 0 && { errors }),
  };
}

export function problemResponse(problem: HttpProblem): Response {
  return new Response(JSON.stringify(problemBody(problem)), {
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...problem.headers },
  });
}

export const unknownOrganisation = (organisation: string): HttpProblem =>
  new HttpProblem(404, 'unknown_organisation', `There is no organisation ${JSON.stringify(organisation)}.`);
