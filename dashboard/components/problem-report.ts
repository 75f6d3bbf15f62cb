import { html, nothing, type TemplateResult } from 'lit';
import type { FieldProblem } from '../../shared/problems.ts';

/** The daemon's sentence names the first problem for those who read no list; here the list follows. */
const FIRST = /\. First \([\s\S]*$/;

/** Why the daemon refused, and where. */
export function problemReport(error: Error | null): TemplateResult | typeof nothing {
  if (!error) return nothing;
  const errors = 'errors' in error && Array.isArray(error.errors) ? (error.errors as FieldProblem[]) : [];
  return html`<div class="problem" role="alert">
    <p>${errors.length > 0 ? error.message.replace(FIRST, ':') : error.message}</p>
    ${errors.length > 0 ? html`<ul>${errors.map(({ path, message }) => html`<li><code>${path}</code> ${message}</li>`)}</ul>` : nothing}
  </div>`;
}
