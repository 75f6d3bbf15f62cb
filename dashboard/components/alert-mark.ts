import { html, type TemplateResult } from 'lit';
import type { AlertStateName, Severity } from '../../shared/alerts.ts';
import { SEVERITY_WORDS, STATE_WORDS } from '../format/alert-order.ts';
import { alertShape } from './shapes.ts';

/** How bad, and how it stands: shape, colour and words. */
export function alertMark({ severity, state }: { severity: Severity; state: AlertStateName }): TemplateResult {
  return html`<span class="alert-mark" data-severity=${severity} data-alert-state=${state}
    >${alertShape(severity, state)} <span>${SEVERITY_WORDS[severity]}, ${STATE_WORDS[state].toLowerCase()}</span></span
  >`;
}

/** How bad a rule's alerts are. */
export function severityMark(severity: Severity): TemplateResult {
  return html`<span class="alert-mark" data-severity=${severity} data-alert-state="firing"
    >${alertShape(severity, 'firing')} <span>${SEVERITY_WORDS[severity]}</span></span
  >`;
}
