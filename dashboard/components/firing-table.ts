import { html, nothing, type TemplateResult } from 'lit';
import type { Dashboard } from '../controllers/dashboard.ts';
import type { Firing } from '../format/alert-firings.ts';
import { inWords } from '../format/duration.ts';
import { countOf } from '../format/number.ts';
import { exactMoment } from '../format/time.ts';
import { severityMark } from './alert-mark.ts';

const MOST_SHOWN = 200;

/** The bars along the bottom of the history chart in words. */
export function firingTable(firings: readonly Firing[], dashboard: Dashboard): TemplateResult | typeof nothing {
  if (firings.length === 0) return nothing;
  const now = dashboard.live.serverNow();
  const zone = dashboard.timeZone();
  return html`<details class="level-table" data-firings=${firings.length}>
    <summary>${countOf(firings.length, 'alert')} fired (bars along the bottom of the chart)</summary>
    <table class="table table-narrow">
      <thead>
        <tr><th scope="col">Alert</th><th scope="col">How bad</th><th scope="col">Fired</th><th scope="col">Until</th></tr>
      </thead>
      <tbody>
        ${firings.slice(0, MOST_SHOWN).map(({ rule: id, from, to }) => {
          const rule = dashboard.alerts.rule(id);
          return html`<tr>
            <th scope="row" data-label="Alert">${rule?.name ?? id}</th>
            <td data-label="How bad">${rule ? severityMark(rule.severity) : 'the rule is gone'}</td>
            <td data-label="Fired">${exactMoment(from, now, zone)}</td>
            <td data-label="Until">${to === null ? 'went on' : html`${exactMoment(to, now, zone)} <span class="soft">${inWords(to - from)}</span>`}</td>
          </tr>`;
        })}
      </tbody>
    </table>
    ${firings.length > MOST_SHOWN ? html`<p class="soft">The newest ${MOST_SHOWN} are listed.</p>` : nothing}
  </details>`;
}
