import { html, type TemplateResult } from 'lit';
import { formatCount } from '../format/number.ts';

export type Metric = 'inUse' | 'concurrentAvailable' | 'contingencyUsed' | 'peakBillingPeriod';

/** A number that follows the server: plain digits, found by type and metric. `null`: there is none to show. */
export function liveNumber(licenceType: string, metric: Metric, value: number | null, classes = ''): TemplateResult {
  return html`<span class="live-number ${classes}" data-licence-type=${licenceType} data-metric=${metric}
    >${value === null ? '–' : formatCount(value)}</span
  >`;
}
