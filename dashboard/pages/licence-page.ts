import { html } from 'lit';
import type { HolderView, LicenceRow } from '../../shared/views.ts';
import '../charts/level-chart.ts';
import { summarise } from '../charts/chart-summary.ts';
import '../components/alert-strip.ts';
import { forecastPanel } from '../components/forecast-lines.ts';
import { gauge } from '../components/gauge.ts';
import { gaugeLegend } from '../components/gauge-legend.ts';
import { holderTable } from '../components/holder-table.ts';
import { levelTable } from '../components/level-table.ts';
import { licenceFacts, nextLoginLine } from '../components/licence-facts.ts';
import { LightElement } from '../components/light-element.ts';
import { listEnd, listStatus } from '../components/list-frame.ts';
import { liveNumber } from '../components/live-number.ts';
import { poolShape } from '../components/shapes.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { FollowController } from '../controllers/follow-controller.ts';
import { ForecastController } from '../controllers/forecast-controller.ts';
import { chartSource, thresholdLines } from '../controllers/level-chart-source.ts';
import { ListController } from '../controllers/list-controller.ts';
import { SecondController } from '../controllers/second-controller.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import { formatCount } from '../format/number.ts';
import { poolState } from '../format/pool-state.ts';
import { zoneLabel } from '../format/time.ts';

const PAGE = 100;
const WORDS = { one: 'holder', many: 'holders', none: 'Nobody holds this licence.' };

/** One licence type: its pools, its last hour, and everyone who is counted. */
export class LicencePage extends LightElement {
  static override properties = { dashboard: { attribute: false }, licenceType: { attribute: false } };
  declare dashboard: Dashboard;
  declare licenceType: string;

  readonly #holders = new ListController<HolderView>(this, {
    about: () => this.#subject(),
    ask: async (cursor, signal) => {
      const organisation = this.dashboard.chosen();
      const all = organisation === null ? [] : await this.dashboard.api.holders(organisation, this.licenceType, signal);
      // The daemon answers whole; the page shows it in pieces.
      const from = Number(cursor ?? 0);
      const next = from + PAGE;
      return { items: all.slice(from, next), nextCursor: next < all.length ? String(next) : null };
    },
    now: () => this.dashboard.live.serverNow(),
  });

  readonly #forecast = new ForecastController(this, () => this.dashboard);

  constructor() {
    super();
    this.licenceType = '';
    new WatchController(this, () => [this.dashboard.live, this.dashboard.levels, this.dashboard.directory]);
    new SecondController(this, () => this.dashboard.live.serverNow());
    const key = () => this.#subject();
    let shown = '';
    new FollowController(
      this,
      () => this.dashboard,
      key,
      () => {
        if (this.#holders.atTop || shown !== key()) void this.#holders.refresh();
        shown = key();
      },
    );
  }

  #subject(): string {
    return JSON.stringify([this.dashboard.chosen(), this.licenceType]);
  }

  get #row(): LicenceRow | undefined {
    return this.dashboard.live.state()?.usage.licences.find((row) => row.licenceType === this.licenceType);
  }

  readonly #source = () => {
    const row = this.#row;
    if (!row) return null;
    const source = chartSource(this.dashboard, row);
    return { ...source, lines: [...source.lines, ...thresholdLines(this.dashboard, row)] };
  };

  override render() {
    const { dashboard, licenceType } = this;
    const back = html`<p class="back"><a href=${dashboard.navigation.href({ page: 'overview' })}>All licence types</a> · <a href=${dashboard.navigation.href({ page: 'wall', board: licenceType })}>This one on a wall</a></p>`;
    const row = this.#row;
    if (!row) {
      const words = dashboard.live.state() ? 'Nobody has used this licence type yet, and none is entitled.' : 'Fetching the numbers …';
      return html`${back}
        <h1>${licenceType}</h1>
        <p class="lead">${words}</p>`;
    }
    const now = dashboard.live.serverNow();
    const zone = dashboard.timeZone();
    return html`${back}
      <header class="page-head">
        <div>
          <h1>${licenceType}</h1>
          <p class="page-note">Times in ${zoneLabel(now, zone)}</p>
        </div>
        ${gaugeLegend}
      </header>
      <hw-alert-strip .dashboard=${dashboard} .licenceType=${licenceType}></hw-alert-strip>
      <div class="licence-layout">${this.#now(row, now, zone)} ${this.#hour(row, zone)}</div>
      <section class="licence-group">
        <div class="group-head"><h2>Who is counted</h2></div>
        ${listStatus(this.#holders, WORDS, now, zone)}
        ${this.#holders.items.length > 0 ? holderTable(this.#holders.items, now, zone) : ''} ${listEnd(this.#holders, WORDS)}
      </section>`;
  }

  #now(row: LicenceRow, now: number, zone: string) {
    const { state, words } = poolState(row);
    const { total } = row.concurrent;
    return html`<section class="panel" data-state=${state} aria-label="Now">
      <p class="tile-count">
        ${liveNumber(row.licenceType, 'inUse', row.inUse, 'digits')}
        <span class="unit"
          >in use${this.dashboard.live.standsStill() ? html`<span class="old-word">, old</span>` : ''}${
            total === null ? '' : html`<br />of ${formatCount(total)} concurrent`
          }</span
        >
      </p>
      ${gauge(row)}
      <p class="state state-${state}">${poolShape(state)} ${words}</p>
      ${licenceFacts(row, now, zone)} ${nextLoginLine(row, this.dashboard.organisation()?.entitlements[row.licenceType], this.dashboard.live.isDoubtful())} ${forecastPanel(this.#forecast.row(row.licenceType), now, zone)}
    </section>`;
  }

  #hour(row: LicenceRow, zone: string) {
    const { steps, until } = chartSource(this.dashboard, row);
    const last = this.dashboard.live.standsStill() ? 'when last heard' : 'now';
    const hour = summarise(steps);
    const words = hour
      ? `between ${formatCount(hour.lowest)} and ${formatCount(hour.highest)} in use, ${last} ${formatCount(hour.now)}`
      : 'nothing known yet';
    return html`<section class="panel">
      <figure class="page-chart">
        <figcaption><strong>Last hour</strong> <span class="soft">${words}</span></figcaption>
        <hw-level-chart .source=${this.#source} .variant=${'page'}></hw-level-chart>
      </figure>
      ${levelTable(steps, until, zone)}
    </section>`;
  }
}

customElements.define('hw-licence-page', LicencePage);
