import { html, svg, type TemplateResult } from 'lit';
import type { AlertStateName, Severity } from '../../shared/alerts.ts';
import type { FreshnessKind } from '../format/freshness.ts';
import type { PoolState } from '../format/pool-state.ts';

/** Each state has a shape of its own, so that it can be told without colour. */
const POOL_SHAPES: Record<PoolState, TemplateResult> = {
  unlimited: svg`<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3 2.2" />`,
  room: svg`<circle cx="8" cy="8" r="6" fill="currentColor" />`,
  full: svg`<rect x="2.5" y="2.5" width="11" height="11" rx="1.5" fill="none" stroke="currentColor" stroke-width="2.5" />`,
  contingency: svg`<path d="M8 1.8 15 14H1z" fill="currentColor" />`,
  over: svg`<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor" /><path d="M8 4v5m0 1.6v1.6" stroke="var(--surface)" stroke-width="2" />`,
};

const FRESHNESS_SHAPES: Record<FreshnessKind, TemplateResult> = {
  starting: svg`<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3 2.2" />`,
  live: svg`<circle cx="8" cy="8" r="6" fill="currentColor" />`,
  reconnecting: svg`<path d="M13.5 8A5.5 5.5 0 1 1 11 3.4M11 0v4H7" fill="none" stroke="currentColor" stroke-width="2" />`,
  old: svg`<path d="M8 1.2 15.4 14.4H.6z" fill="currentColor" /><path d="M8 5.5v4m0 1.4v1.6" stroke="var(--surface)" stroke-width="1.8" />`,
  'not-recording': svg`<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2.2" /><path d="M3.8 3.8l8.4 8.4" stroke="currentColor" stroke-width="2.2" />`,
  silent: svg`<rect x="2" y="2" width="12" height="12" rx="2" fill="none" stroke="currentColor" stroke-width="2" /><path d="M5 8h6" stroke="currentColor" stroke-width="2" />`,
};

/** A body that is filled while it fires and open while it only waits, and a sign for how bad it is. */
const SEVERITY_SHAPES: Record<Severity, { body: string; sign: string }> = {
  critical: { body: 'M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2z', sign: 'M8 4v4.8m0 1.6V12' },
  warning: { body: 'M8 1.4 15.2 14H.8z', sign: 'M8 5.8v3.8m0 1.2v1.6' },
  info: { body: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z', sign: 'M8 4.2v1.6m0 1.4v4.6' },
};
const UNKNOWN = svg`<rect x="1.8" y="1.8" width="12.4" height="12.4" rx="2" fill="none" stroke="currentColor" stroke-width="1.8" /><path d="M5.9 6.2a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.4m0 1v1.6" fill="none" stroke="currentColor" stroke-width="1.6" />`;

const shape = (drawing: TemplateResult) => html`<svg class="shape" viewBox="0 0 16 16" aria-hidden="true">${drawing}</svg>`;

export const poolShape = (state: PoolState) => shape(POOL_SHAPES[state]);
/** Told apart by form: octagon, triangle, circle; a question where nothing is known. */
export function alertShape(severity: Severity, state: AlertStateName): TemplateResult {
  if (state === 'unknown') return shape(UNKNOWN);
  const { body, sign } = SEVERITY_SHAPES[severity];
  return state === 'firing'
    ? shape(svg`<path d=${body} fill="currentColor" /><path d=${sign} stroke="var(--surface)" stroke-width="1.8" />`)
    : shape(
        svg`<path d=${body} fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.4 1.6" /><path d=${sign} stroke="currentColor" stroke-width="1.5" />`,
      );
}
export const freshnessShape = (kind: FreshnessKind) => shape(FRESHNESS_SHAPES[kind]);

/** The sign of the house: water below a mark. */
export const brandMark = html`<svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
  <path class="brand-line" d="M4 9h24" />
  <path class="brand-water" d="M3 19c3.2-3.6 5.6-3.6 8.7 0s5.5 3.6 8.6 0 5.5-3.6 8.7 0v7a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3z" />
</svg>`;
