import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { UsageView } from '../../shared/views.ts';
import '../components/alert-announcer.ts';
import '../components/alert-strip.ts';
import '../components/daemon-notes.ts';
import { emptyState } from '../components/empty-state.ts';
import { gaugeLegend } from '../components/gauge-legend.ts';
import '../components/licence-tile.ts';
import { LightElement } from '../components/light-element.ts';
import '../components/state-announcer.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { ForecastController } from '../controllers/forecast-controller.ts';
import { SecondController } from '../controllers/second-controller.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import { licenceGroups } from '../format/licence-groups.ts';
import { formatCount } from '../format/number.ts';
import { dateOf, zoneLabel } from '../format/time.ts';

/** Every licence type of an organisation, live. */
export class OverviewPage extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #forecast = new ForecastController(this, () => this.dashboard);

  constructor() {
    super();
    new WatchController(this, () => [this.dashboard.live, this.dashboard.levels, this.dashboard.directory]);
    // No frame says that numbers have become old; only the clock does.
    new SecondController(this, () => this.dashboard.live.serverNow());
  }

  override render() {
    const { live, directory, organisation, chosen, navigation } = this.dashboard;
    const state = live.state();
    const settings = navigation.href({ page: 'settings' });
    if (!state) {
      const known = directory.organisations();
      const waiting = known !== null && (known.length === 0 || organisation() === null);
      return waiting ? emptyState(location.origin, chosen(), settings) : html`<p class="lead loading">Fetching the numbers …</p>`;
    }
    if (state.usage.licences.length === 0) return emptyState(location.origin, state.organisation, settings);
    return html`${this.#head(state.usage)}<hw-daemon-notes .dashboard=${this.dashboard}></hw-daemon-notes><hw-alert-strip .dashboard=${this.dashboard}></hw-alert-strip><hw-alert-announcer
        .dashboard=${this.dashboard}
      ></hw-alert-announcer><hw-state-announcer .rows=${state.usage.licences}></hw-state-announcer>
      ${licenceGroups(state.usage.licences, directory.catalogue()).map(
        (group, index) => html`<section class="licence-group" aria-label=${group.title}>
        <div class="group-head"><h2>${group.title}</h2>${index === 0 ? gaugeLegend : nothing}</div>
        <div class="tiles">
          ${repeat(
            group.rows,
            (row) => row.licenceType,
            (row) =>
              html`<hw-licence-tile
                .row=${row}
                .stepCount=${this.dashboard.levels.steps(row.licenceType).at.length}
                .old=${live.standsStill()}
                .doubtful=${live.isDoubtful()}
                .dashboard=${this.dashboard}
                .timeZone=${this.dashboard.timeZone()}
                .forecast=${this.#forecast.row(row.licenceType)}
              ></hw-licence-tile>`,
          )}
        </div>
      </section>`,
      )}`;
  }

  #head(usage: UsageView) {
    const { live, organisation, timeZone } = this.dashboard;
    const now = live.serverNow();
    const sum = (count: (row: UsageView['licences'][number]) => boolean) => usage.licences.filter(count).length;
    return html`<header class="page-head">
      <div>
        <h1>${organisation()?.name || usage.organisation}</h1>
        <p class="page-note">${dateOf(now, timeZone())} · times in ${zoneLabel(now, timeZone())}</p>
      </div>
      <dl class="headline">
        ${figure('Users signed in', usage.users)} ${figure('Open sessions', usage.sessions)}
        ${figure(
          'Types in contingency',
          sum((row) => row.contingency.used > 0),
        )} ${figure(
          'Types over limit',
          sum((row) => row.overLimit > 0),
        )}
        ${figure('Logouts without a session', usage.anomalies)}
      </dl>
    </header>`;
  }
}

const figure = (words: string, value: number) =>
  html`<div>
    <dt>${words}</dt>
    <dd class="live-number">${formatCount(value)}</dd>
  </div>`;

customElements.define('hw-overview-page', OverviewPage);
