import { html, type TemplateResult } from 'lit';

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
export function durationField(name: string, label: string, seconds: number | undefined, hint: string): TemplateResult {
  const unit = [...UNITS].reverse().find(([, length]) => seconds !== undefined && seconds > 0 && seconds % length === 0)?.[1] ?? 60;
  const value = seconds === undefined ? '' : String(seconds / unit);
  return html`<div class="field" role="group" aria-label=${label}>
    <span>${label}</span>
    <span class="duration">
      <input name=${name} type="number" min="0" step="any" .value=${value} aria-label=${label} aria-describedby="hint-${name}" />
      <select name="${name}-unit" aria-label="${label}, unit">
        ${UNITS.map(([words, length]) => html`<option value=${length} .selected=${length === unit}>${words}</option>`)}
      </select>
    </span>
    <small id="hint-${name}">${hint}</small>
  </div>`;
}

/** Seconds that a `durationField` holds; `undefined`: it is empty. */
export function durationIn(data: FormData, name: string): number | undefined {
  const value = String(data.get(name) ?? '').trim();
  return value === '' ? undefined : Math.round(Number(value) * Number(data.get(`${name}-unit`)) * 1_000) / 1_000;
}
