import { html, nothing, type TemplateResult } from 'lit';
import type { FieldProblem } from '../../shared/problems.ts';

/** What the daemon says about one field of a form; `errors` of its refusal. */
export function fieldError(error: Error | null, path: string): TemplateResult | typeof nothing {
  const own = fieldErrors(error).filter((one) => one.path === path || one.path.startsWith(`${path}.`));
  return own.length === 0
    ? nothing
    : html`<small class="field-error" id="error-${path}">${own.map(({ message }) => message).join('; ')}</small>`;
}

export const fieldErrors = (error: Error | null): readonly FieldProblem[] =>
  error && 'errors' in error && Array.isArray(error.errors) ? (error.errors as FieldProblem[]) : [];

/** `aria-invalid` of a field that the daemon refused. */
export const invalid = (error: Error | null, path: string) =>
  fieldErrors(error).some((one) => one.path === path || one.path.startsWith(`${path}.`)) ? 'true' : nothing;

export const nameField = (name: string): TemplateResult =>
  html`<label class="field"><span>Your name</span><input name="by" .value=${name} required maxlength="128" autocomplete="name" /></label>`;

export const noteField = (note = ''): TemplateResult =>
  html`<label class="field"><span>Note (optional)</span><input name="note" .value=${note} maxlength="4096" autocomplete="off" /></label>`;

/** Asked of a person before something is gone for good. */
export const asked = (question: string): boolean => confirm(question);

const UNITS = [
  ['seconds', 1],
  ['minutes', 60],
  ['hours', 3_600],
  ['days', 86_400],
] as const;

/** A length of time as a number and its unit; goes out in seconds by `durationIn`. */
export function durationField(
  name: string,
  label: string,
  seconds: number | undefined,
  hint: string,
  error: Error | null,
  path = name,
): TemplateResult {
  const unit = [...UNITS].reverse().find(([, length]) => seconds !== undefined && seconds > 0 && seconds % length === 0)?.[1] ?? 60;
  const value = seconds === undefined ? '' : String(seconds / unit);
  return html`<div class="field" role="group" aria-label=${label}>
    <span>${label}</span>
    <span class="duration">
      <input name=${name} type="number" min="0" step="any" .value=${value} aria-label=${label} aria-invalid=${invalid(error, path)} aria-describedby="error-${path}" />
      <select name="${name}-unit" aria-label="${label}, unit">
        ${UNITS.map(([words, length]) => html`<option value=${length} .selected=${length === unit}>${words}</option>`)}
      </select>
    </span>
    <small>${hint}</small>${fieldError(error, path)}
  </div>`;
}

/** Seconds that a `durationField` holds; `undefined`: it is empty. */
export function durationIn(data: FormData, name: string): number | undefined {
  const value = String(data.get(name) ?? '').trim();
  return value === '' ? undefined : Math.round(Number(value) * Number(data.get(`${name}-unit`)) * 1_000) / 1_000;
}
