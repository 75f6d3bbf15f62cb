import { html, nothing } from 'lit';
import type { PageName } from './client/routes.ts';
import { LightElement } from './components/light-element.ts';
import { showTabState, tabState } from './controllers/tab-state.ts';
import './components/sign-in.ts';
import './components/site-header.ts';
import type { Dashboard } from './controllers/dashboard.ts';
import { FreshnessController } from './controllers/freshness-controller.ts';
import { WatchController } from './controllers/watch-controller.ts';
import './pages/alerts-page.ts';
import './pages/licence-page.ts';
import './pages/overview-page.ts';
import './pages/records-page.ts';
import './pages/sessions-page.ts';
import './pages/settings-page.ts';
import './wall/wall-page.ts';

/** Pages that are fetched when they are first asked for: a wall needs none of them. */
const LATER = {
  history: () => import('./pages/history-page.ts'),
  reports: () => import('./pages/reports-page.ts'),
  'what-if': () => import('./pages/what-if-page.ts'),
  billing: () => import('./pages/billing-page.ts'),
};
type LaterPage = keyof typeof LATER;
const isLater = (page: PageName): page is LaterPage => Object.hasOwn(LATER, page);

/** The page as a whole: picks what the address asks for and tells every part how fresh the numbers are. */
export class AppElement extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #freshness = new FreshnessController(this, () => this.dashboard);

  readonly #fetched = new Map<LaterPage, 'loading' | 'here' | 'failed'>();

  #connected = false;
  #path: string | null = null;

  constructor() {
    super();
    new WatchController(this, () => {
      const { navigation, credentials, alerts, directory } = this.dashboard;
      return [navigation, credentials, alerts, directory];
    });
  }

  override render() {
    const { dashboard } = this;
    const route = dashboard.navigation.route();
    if (route.page === 'wall') return html`<hw-wall-page .dashboard=${dashboard} .board=${route.board}></hw-wall-page>`;
    return html`<div class="site" data-freshness=${this.#freshness.value.kind}>
      <hw-site-header .dashboard=${dashboard}></hw-site-header>
      <main id="content" tabindex="-1" class="page page-${route.page}" aria-label=${this.#name()}>
        <hw-sign-in .dashboard=${dashboard}></hw-sign-in>
        ${this.#locked ? nothing : (this.#nobody() ?? this.#page())}
      </main>
      <footer class="site-footer">
        <p>Counts licences in use as it happens. What is shown here is on the daemon’s disk.</p>
      </footer>
    </div>`;
  }

  override willUpdate(): void {
    const { page } = this.dashboard.navigation.route();
    this.#retry(page);
    if (!isLater(page) || this.#fetched.has(page)) return;
    this.#fetched.set(page, 'loading');
    const done = (state: 'here' | 'failed') => () => {
      this.#fetched.set(page, state);
      this.requestUpdate();
    };
    LATER[page]().then(done('here'), done('failed'));
  }

  override updated(): void {
    this.#follow();
    const state = tabState(this.#freshness.value.kind, this.dashboard.live.state()?.alerts ?? []);
    showTabState(document, state, this.#title());
  }

  /** Browsers remember that a script could not be fetched; a page without it has nothing to lose by being loaded anew. */
  #retry(page: PageName): void {
    const connected = this.dashboard.live.connection() === 'live';
    if (connected && !this.#connected && isLater(page) && this.#fetched.get(page) === 'failed') location.reload();
    this.#connected = connected;
  }

  /** Who goes to another page by keyboard or by ear goes on there, not in the menu of the page before. */
  #follow(): void {
    const { pathname } = location;
    if (this.#path !== null && this.#path !== pathname && !this.querySelector('dialog[open]')) {
      this.querySelector<HTMLElement>('#content')?.focus({ preventScroll: true });
    }
    this.#path = pathname;
  }

  /** Pages of an organisation that is not there would wait for ever. */
  #nobody() {
    const { directory, organisation, chosen, live, navigation } = this.dashboard;
    const { page } = navigation.route();
    if (page === 'overview' || page === 'settings' || page === 'nowhere') return null;
    if (directory.organisations() === null || organisation() !== null || live.state() !== null) return null;
    const id = chosen();
    const words = id === null ? 'There is no organisation yet' : `There is no organisation “${id}”`;
    return html`<h1>${words}</h1>
      <p class="lead">
        The first event creates it: <a href=${navigation.href({ page: 'overview' })}>how to begin</a>, or
        <a href=${navigation.href({ page: 'settings' }, { new: 'organisation' })}>create it in the settings</a>.
      </p>`;
  }

  /** Nothing was shown yet, so there is nothing to keep on the screen. */
  get #locked(): boolean {
    const { credentials, live, directory } = this.dashboard;
    return credentials.standing() !== 'fine' && live.state() === null && directory.organisations() === null;
  }

  #page() {
    const { dashboard } = this;
    const route = dashboard.navigation.route();
    if (isLater(route.page) && this.#fetched.get(route.page) !== 'here') {
      return this.#fetched.get(route.page) === 'failed'
        ? html`<p class="problem" role="alert">This page could not be fetched. It is loaded again as soon as the daemon is back.</p>`
        : html`<p class="lead loading">Loading …</p>`;
    }
    switch (route.page) {
      case 'overview':
        return html`<hw-overview-page .dashboard=${dashboard}></hw-overview-page>`;
      case 'licence':
        return html`<hw-licence-page .dashboard=${dashboard} .licenceType=${route.licenceType}></hw-licence-page>`;
      case 'sessions':
        return html`<hw-sessions-page .dashboard=${dashboard}></hw-sessions-page>`;
      case 'records':
        return html`<hw-records-page .dashboard=${dashboard}></hw-records-page>`;
      case 'alerts':
        return html`<hw-alerts-page .dashboard=${dashboard} .view=${route.view} .item=${route.id ?? null}></hw-alerts-page>`;
      case 'settings':
        return html`<hw-settings-page .dashboard=${dashboard}></hw-settings-page>`;
      case 'history':
        return html`<hw-history-page .dashboard=${dashboard}></hw-history-page>`;
      case 'reports':
        return html`<hw-reports-page .dashboard=${dashboard}></hw-reports-page>`;
      case 'what-if':
        return html`<hw-what-if-page .dashboard=${dashboard}></hw-what-if-page>`;
      case 'billing':
        return html`<hw-billing-page .dashboard=${dashboard}></hw-billing-page>`;
      default:
        return html`<h1>There is no such page</h1>
          <p class="lead"><a href=${dashboard.navigation.href({ page: 'overview' })}>Go to the overview</a></p>`;
    }
  }

  #name(): string {
    const route = this.dashboard.navigation.route();
    const names = {
      overview: 'Overview',
      sessions: 'Sessions',
      records: 'Records',
      history: 'History',
      reports: 'Reports',
      billing: 'Billing',
      'what-if': 'What if',
      alerts: 'Alerts',
      settings: 'Settings',
      wall: 'Wall',
      nowhere: 'Not found',
    };
    return route.page === 'licence' ? route.licenceType : names[route.page];
  }

  #title(): string {
    const { organisation, chosen } = this.dashboard;
    return [this.#name(), organisation()?.name || chosen(), 'Highwater'].filter(Boolean).join(' · ');
  }
}

customElements.define('hw-app', AppElement);
