import { html } from 'lit';

const sample = (name: string) => html`<span class="gauge" aria-hidden="true"><span class=${name}></span></span>`;

/** What the patterns and marks of a gauge mean. */
export const gaugeLegend = html`<ul class="legend" aria-label="Key to the gauges">
  <li>${sample('gauge-part gauge-concurrent')} concurrent</li>
  <li>${sample('gauge-part gauge-contingency')} contingency (overflow)</li>
  <li>${sample('gauge-part gauge-over')} over limit</li>
  <li>${sample('gauge-mark gauge-mark-day')} high water today</li>
  <li>${sample('gauge-mark gauge-mark-period')} this billing period</li>
</ul>`;
