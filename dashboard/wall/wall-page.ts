import { html, nothing } from 'lit';
import type { LicenceRow } from '../../shared/views.ts';
import '../components/alert-announcer.ts';
import { LightElement } from '../components/light-element.ts';
import { freshnessShape } from '../components/shapes.ts';
import '../components/sign-in.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { FreshnessController } from '../controllers/freshness-controller.ts';
import { WallAwakeController } from '../controllers/wall-awake-controller.ts';
import { alarming } from '../format/alert-groups.ts';
import { inOrder } from '../format/licence-groups.ts';
import { clockTime, zoneLabel } from '../format/time.ts';
import './wall-alerts.ts';
import './wall-tiles.ts';

/** `/wall/all`: every licence type of an organisation on one screen that nobody touches for months. */
export class WallPage extends LightElement {
  static override properties = { dashboard: { attribute: false }, board: { attribute: false } };
  declare dashboard: Dashboard;
  declare board: string;

  readonly #freshness = new FreshnessController(this, () => this.dashboard);
  readonly #awake = new WallAwakeController(this);

  constructor() {
    super();
    this.board = 'all';
  }

  override render() {
    const { live, directory, organisation, chosen, timeZone } = this.dashboard;
    const { kind, brief, sentence, announcement } = this.#freshness.value;
    const { now } = this.#freshness;
    const rows = inOrder(live.state()?.usage.licences ?? [], directory.catalogue());
    return html`<main class="wall ${this.#awake.attended ? 'wall-attended' : ''}" data-freshness=${kind}>
      <header class="wall-head">
        <h1>${organisation()?.name || chosen() || 'Highwater'}</h1>
        ${this.#tools()}
        <p class="connection connection-${kind}" data-connection=${kind}>${freshnessShape(kind)}<span class="connection-words">${brief}</span></p>
        <p class="wall-clock"><time>${clockTime(now, timeZone())}</time> <span>${zoneLabel(now, timeZone())}</span></p>
      </header>
      <p class="unseen" role="status">${announcement}</p>
      ${sentence === null ? nothing : html`<p class="banner banner-${kind}" data-banner=${kind}>${freshnessShape(kind)}<span>${sentence}</span></p>`}
      ${live.connection() === 'live' ? nothing : html`<hw-sign-in .dashboard=${this.dashboard} .keep=${true}></hw-sign-in>`}
      ${rows.length > 0 && this.board === 'all' ? this.#board(rows, live.standsStill()) : this.#waiting()}
    </main>`;
  }

  #board(rows: LicenceRow[], old: boolean) {
    const alerts = new Map(alarming(this.dashboard.live.state()?.alerts ?? []).map(({ worst }) => [worst.licenceType, worst]));
    return html`<hw-wall-alerts .dashboard=${this.dashboard}></hw-wall-alerts>
      <hw-alert-announcer .dashboard=${this.dashboard}></hw-alert-announcer>
      <hw-wall-tiles .rows=${rows} .alerts=${alerts} .old=${old}></hw-wall-tiles>`;
  }

  #waiting() {
    if (this.dashboard.credentials.standing() !== 'fine') return nothing;
    const words =
      this.board === 'all' ? 'Waiting for the first event' : `There is no board “${this.board}”. /wall/all shows every licence type`;
    return html`<p class="wall-waiting">${words}</p>`;
  }

  #tools() {
    const { navigation } = this.dashboard;
    return html`<p class="wall-tools">
      <a class="button" href=${navigation.href({ page: 'overview' })}>Overview</a>
      <button type="button" class="button" @click=${() => void this.#fullScreen()}>Full screen</button>
    </p>`;
  }

  async #fullScreen(): Promise<void> {
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await document.documentElement.requestFullscreen();
    } catch {
      // Refused by the browser: the page fills its window all the same.
    }
  }
}

customElements.define('hw-wall-page', WallPage);
