import { html, type TemplateResult } from 'lit';
import { spans } from '../charts/chart-summary.ts';
import type { StepsIn } from '../charts/thin.ts';
import { formatCount } from '../format/number.ts';
import { minuteTime } from '../format/time.ts';

const SPAN_MS = 300_000;
const HOUR_MS = 3_600_000;

/**
 * The chart of the last hour as a table, for those to whom a line says nothing.
 *
 * @param until when the numbers were last confirmed: like the line it ends there
 */
export function levelTable(steps: StepsIn, until: number, timeZone: string): TemplateResult {
  return html`<details class="level-table">
    <summary>The same as a table</summary>
    <table class="table table-narrow">
      <thead>
        <tr>
          <th scope="col">Five minutes from</th>
          <th scope="col" class="number">Lowest</th>
          <th scope="col" class="number">Highest</th>
          <th scope="col" class="number">At the end</th>
        </tr>
      </thead>
      <tbody>
        ${spans(steps, until - HOUR_MS, until, SPAN_MS).map(
          ({ start, lowest, highest, atEnd }) => html`<tr>
            <th scope="row" data-label="Five minutes from">${minuteTime(start, timeZone)}</th>
            <td data-label="Lowest" class="number">${formatCount(lowest)}</td>
            <td data-label="Highest" class="number">${formatCount(highest)}</td>
            <td data-label="At the end" class="number">${formatCount(atEnd)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
