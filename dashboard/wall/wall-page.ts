import { html, nothing } from 'lit';
import '../components/alert-announcer.ts';
import { LightElement } from '../components/light-element.ts';
import { freshnessShape } from '../components/shapes.ts';
import { shownName } from '../components/shown-name.ts';
import '../components/sign-in.ts';
import { asKnown } from '../controllers/alert-watch.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { FreshnessController } from '../controllers/freshness-controller.ts';
import { WallAwakeController } from '../controllers/wall-awake-controller.ts';
import { alarming } from '../format/alert-groups.ts';
import { licenceGroups } from '../format/licence-groups.ts';
import { clockTime, zoneLabel } from '../format/time.ts';
import { type BoardPage, boardPages, turnOf, turnSeconds } from './board.ts';
import './wall-alerts.ts';
import './wall-tiles.ts';

/** Of the organisation's name, beside the clock and what is said about the connection. */
const ORGANISATION_LETTERS = 40;

/** `/wall/all`: every licence type of an organisation on one screen that nobody touches for months; other boards name their types. */
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
    const groups = licenceGroups(live.state()?.usage.licences ?? [], directory.catalogue());
    const pages = boardPages(this.board, groups);
    const turn = turnOf(pages.length, turnSeconds(this.dashboard.navigation.query('turn')), now);
    const page = pages[turn];
    const names = (directory.organisations() ?? []).map(({ name }) => name);
    return html`<main class="wall ${this.#awake.attended ? 'wall-attended' : ''}" data-freshness=${kind}>
      <header class="wall-head">
        <h1 dir="auto">${shownName(organisation()?.name || chosen() || 'Highwater', names, ORGANISATION_LETTERS)}</h1>
        ${pages.length > 1 ? html`<p class="wall-turn">${turn + 1} of ${pages.length}</p>` : nothing}
        ${this.#tools()}
        <p class="connection connection-${kind}" data-connection=${kind}>${freshnessShape(kind)}<span class="connection-words">${brief}</span></p>
        <p class="wall-clock"><time>${clockTime(now, timeZone())}</time> <span>${zoneLabel(now, timeZone())}</span></p>
      </header>
      <p class="unseen" role="status">${announcement}</p>
      ${sentence === null ? nothing : html`<p class="banner banner-${kind}" data-banner=${kind}>${freshnessShape(kind)}<span>${sentence}</span></p>`}
      ${live.connection() === 'live' ? nothing : html`<hw-sign-in .dashboard=${this.dashboard} .keep=${true}></hw-sign-in>`}
      ${page && page.rows.length > 0 ? this.#board(page, pages, live.standsStill()) : this.#waiting(page)}
    </main>`;
  }

  #board({ rows, missing }: BoardPage, pages: readonly BoardPage[], old: boolean) {
    const groups = alarming(this.dashboard.live.state()?.alerts ?? []);
    const alerts = new Map(groups.map(({ worst }) => [worst.licenceType, asKnown(this.dashboard, worst)]));
    // What is wrong on a page whose turn it is not must be seen all the same.
    const types = new Set(pages.flatMap((page) => page.rows.map(({ licenceType }) => licenceType)));
    return html`<hw-wall-alerts .dashboard=${this.dashboard} .types=${types}></hw-wall-alerts>
      <hw-alert-announcer .dashboard=${this.dashboard}></hw-alert-announcer>
      <hw-wall-tiles .rows=${rows} .alerts=${alerts} .old=${old}></hw-wall-tiles>
      ${missing.length === 0 ? nothing : html`<p class="wall-missing" role="note">${unknownWords(missing)}</p>`}`;
  }

  #waiting(page: BoardPage | undefined) {
    const { credentials, live, navigation, directory, organisation, chosen } = this.dashboard;
    if (credentials.standing() !== 'fine') return nothing;
    const licences = live.state()?.usage.licences ?? [];
    if (licences.length === 0) {
      const fetching = live.state() === null && (organisation() !== null || directory.organisations() === null);
      const nobody =
        organisation() === null && chosen() !== null ? `There is no organisation “${chosen()}” yet: waiting for its first event` : null;
      return html`<p class="wall-waiting">${fetching ? 'Fetching the numbers …' : (nobody ?? 'Waiting for the first event')}</p>`;
    }
    const names = [
      'all',
      ...licenceGroups(licences, directory.catalogue()).flatMap(({ title, rows }) => [title, ...rows.map((row) => row.licenceType)]),
    ];
    return html`<div class="wall-waiting">
      <p>${unknownWords(page?.missing ?? [this.board])}</p>
      <p class="wall-boards">Boards here: ${names.map((name) => html`<a href=${navigation.href({ page: 'wall', board: name })}>${name}</a> `)}</p>
    </div>`;
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

const unknownWords = (names: readonly string[]) =>
  `${names.map((name) => `“${name}”`).join(', ')}: nobody uses or has bought ${names.length === 1 ? 'such a licence type' : 'such licence types'} here`;

customElements.define('hw-wall-page', WallPage);
