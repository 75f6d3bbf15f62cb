import { html } from 'lit';
import type { ForecastRow } from '../../shared/forecast.ts';
import type { LicenceRow } from '../../shared/views.ts';
import '../charts/level-chart.ts';
import { summarise } from '../charts/chart-summary.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { chartSource } from '../controllers/level-chart-source.ts';
import { formatCount } from '../format/number.ts';
import { poolState } from '../format/pool-state.ts';
import { forecastLine } from './forecast-lines.ts';
import { gauge } from './gauge.ts';
import { licenceFacts, nextLoginLine } from './licence-facts.ts';
import { LightElement } from './light-element.ts';
import { liveNumber } from './live-number.ts';
import { poolShape } from './shapes.ts';

/** One licence type of the overview. */
export class LicenceTile extends LightElement {
  static override properties = {
    row: { attribute: false },
    stepCount: { attribute: false },
    old: { type: Boolean },
    doubtful: { type: Boolean },
    dashboard: { attribute: false },
    timeZone: { attribute: false },
    forecast: { attribute: false },
  };
  declare row: LicenceRow;
  /** Steps of the last hour that are known: the summary is written again when a history arrives for a number that stands still. */
  declare stepCount: number;
  declare old: boolean;
  /** Nothing is promised of the number. */
  declare doubtful: boolean;
  declare dashboard: Dashboard;
  declare timeZone: string;
  declare forecast: ForecastRow | undefined;

  constructor() {
    super();
    this.stepCount = 0;
    this.old = false;
    this.doubtful = false;
    this.timeZone = 'UTC';
  }

  readonly #source = () => chartSource(this.dashboard, this.row);

  override render() {
    const { row, dashboard } = this;
    const { state, words } = poolState(row);
    const hour = summarise(dashboard.levels.steps(row.licenceType));
    return html`<article class="tile" data-state=${state}>
      <header class="tile-head">
        <h3><a href=${dashboard.navigation.href({ page: 'licence', licenceType: row.licenceType })}>${row.licenceType}</a></h3>
      </header>
      <p class="tile-count">
        ${liveNumber(row.licenceType, 'inUse', row.inUse, 'digits')}
        <span class="unit">in use${this.old ? html`<span class="old-word">, old</span>` : ''}${this.#bought()}</span>
      </p>
      <figure class="tile-chart">
        <hw-level-chart .source=${this.#source}></hw-level-chart>
        <figcaption class="unseen">
          Last hour: ${hour ? `between ${formatCount(hour.lowest)} and ${formatCount(hour.highest)} in use` : 'nothing known yet'}
        </figcaption>
      </figure>
      ${gauge(row)}
      <p class="state state-${state}">${poolShape(state)} ${words}</p>
      ${licenceFacts(row, dashboard.live.serverNow(), this.timeZone)} ${nextLoginLine(row, dashboard.organisation()?.entitlements[row.licenceType], this.doubtful)}
      ${forecastLine(this.forecast, dashboard.live.serverNow(), this.timeZone)}
    </article>`;
  }

  #bought() {
    const { concurrent, contingency } = this.row;
    if (concurrent.total === null) return '';
    const overflow = contingency.total ? ` + ${formatCount(contingency.total)}` : '';
    return html`<br />of ${formatCount(concurrent.total)}${overflow}`;
  }
}

customElements.define('hw-licence-tile', LicenceTile);
