import { html, nothing, type TemplateResult } from 'lit';
import type { FieldProblem } from '../../shared/problems.ts';
import { countOf } from '../format/number.ts';

/** The daemon's sentence names the first problem for those who read no list; here they are told one by one. */
const FIRST = /\. First \([\s\S]*$/;

/** What the daemon says about single fields: `errors` of its refusal, but for what only says the sentence again. */
export const fieldErrors = (error: Error | null): readonly FieldProblem[] =>
  error && 'errors' in error && Array.isArray(error.errors)
    ? (error.errors as FieldProblem[]).filter(({ path, message }) => path !== '' || message !== error.message)
    : [];

/**
 * The sentence above the list of what stands beside no field, or the only one where all of it does.
 *
 * @param placed how many fields are marked. @param rest how many problems are about none
 */
export function refusalWords(error: Error, placed: number, rest: number): string {
  if (placed + rest === 0) return error.message;
  const sentence = error.message.replace(FIRST, '').replace(/\.$/, '');
  return rest > 0 ? `${sentence}:` : `${sentence}. See the ${placed === 1 ? 'marked field' : `${countOf(placed, 'marked field')}`}.`;
}

/** Why the daemon refused, and where; of a form `refusals` says it at the fields. */
export function problemReport(error: Error | null): TemplateResult | typeof nothing {
  if (!error) return nothing;
  const errors = fieldErrors(error);
  return html`<div class="problem" role="alert">
    <p>${refusalWords(error, 0, errors.length)}</p>
    ${errors.length > 0 ? html`<ul>${errors.map(({ path, message }) => html`<li><code>${path}</code> ${message}</li>`)}</ul>` : nothing}
  </div>`;
}
