import type { Context } from 'hono';
import { nameProblem } from '../../shared/names.ts';
import type { AppEnv } from './edge.ts';
import { HttpProblem } from './problem.ts';

/** Every part of a raw request target must be validly percent-encoded UTF-8. @throws HttpProblem 400 */
export function checkPathEncoding(target: string): void {
  const end = target.search(/[?#]/);
  try {
    decodeURIComponent(end === -1 ? target : target.slice(0, end));
  } catch {
    throw new HttpProblem(400, 'malformed_path', 'The path is not validly percent-encoded UTF-8.');
  }
}

/** A name in the path, under the rules of names everywhere. @throws HttpProblem 400 */
export function nameInPath(c: Context<AppEnv>, parameter: string): string {
  const value = c.req.param(parameter) ?? '';
  const problem = nameProblem(value);
  if (problem === null) return value;
  throw new HttpProblem(400, 'malformed_path', `${parameter} in the path ${problem}.`, { errors: [{ path: parameter, message: problem }] });
}

/** The query string of the request. */
export const searchOf = (c: Context<AppEnv>): URLSearchParams => {
  const target = c.env.incoming.url ?? '';
  const start = target.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : target.slice(start + 1));
};
