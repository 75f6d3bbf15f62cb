import { html } from 'lit';
import type { LicenceRow } from '../../shared/views.ts';
import '../charts/level-chart.ts';
import { summarise } from '../charts/chart-summary.ts';
import type { ChartSource } from '../charts/level-chart.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { formatCount } from '../format/number.ts';
import { poolState } from '../format/pool-state.ts';
import { gauge } from './gauge.ts';
import { licenceFacts, nextLoginLine } from './licence-facts.ts';
import { LightElement } from './light-element.ts';
import { liveNumber } from './live-number.ts';
import { poolShape } from './shapes.ts';

/** One licence type of the overview. */
export class LicenceTile extends LightElement {
  static override properties = {
    row: { attribute: false },
    old: { type: Boolean },
    dashboard: { attribute: false },
    timeZone: { attribute: false },
  };
  declare row: LicenceRow;
  declare old: boolean;
  declare dashboard: Dashboard;
  declare timeZone: string;

  constructor() {
    super();
    this.old = false;
    this.timeZone = 'UTC';
  }

  readonly #source = (): ChartSource => {
    const { live, levels } = this.dashboard;
    const now = live.serverNow();
    const { licenceType, concurrent, peak } = this.row;
    return {
      steps: levels.steps(licenceType),
      now,
      until: live.isOld() ? (live.heardAt() ?? now) : now,
      entitlement: concurrent.total,
      mark: peak.day.value > 0 ? peak.day.value : null,
      timeZone: this.timeZone,
    };
  };

  override render() {
    const { row, dashboard } = this;
    const { state, words } = poolState(row);
    const hour = summarise(dashboard.levels.steps(row.licenceType));
    return html`<article class="tile" data-state=${state}>
      <header class="tile-head">
        <h3><a href=${dashboard.navigation.href({ page: 'licence', licenceType: row.licenceType })}>${row.licenceType}</a></h3>
        <p class="state state-${state}">${poolShape(state)} ${words}</p>
      </header>
      <p class="tile-count">
        ${liveNumber(row.licenceType, 'inUse', row.inUse, 'digits')}
        <span class="unit">in use${this.old ? html`<span class="old-word">, old</span>` : ''}</span>
      </p>
      <figure class="tile-chart">
        <hw-level-chart .source=${this.#source}></hw-level-chart>
        <figcaption class="unseen">
          Last hour: ${hour ? `between ${formatCount(hour.lowest)} and ${formatCount(hour.highest)} in use` : 'nothing known yet'}
        </figcaption>
      </figure>
      ${gauge(row)} ${licenceFacts(row, dashboard.live.serverNow(), this.timeZone)} ${nextLoginLine(row)}
    </article>`;
  }
}

customElements.define('hw-licence-tile', LicenceTile);
