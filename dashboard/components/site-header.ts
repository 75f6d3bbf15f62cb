import { html, nothing } from 'lit';
import type { PlainPage } from '../client/routes.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import './connection-status.ts';
import './freshness-banner.ts';
import './theme-toggle.ts';
import { LightElement } from './light-element.ts';
import { brandMark } from './shapes.ts';

/** Head of every page but the wall, always in sight: where one is, which organisation, and how fresh the numbers are. */
export class SiteHeader extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  constructor() {
    super();
    new WatchController(this, () => [
      this.dashboard.directory,
      this.dashboard.navigation,
      this.dashboard.credentials,
      this.dashboard.upgrade,
    ]);
  }

  override render() {
    const { navigation } = this.dashboard;
    const here = navigation.route().page;
    const link = (page: 'overview' | PlainPage, words: string) =>
      html`<a href=${navigation.href({ page })} aria-current=${here === page ? 'page' : nothing}>${words}</a>`;
    return html`<header class="site-header">
      <a class="skip-link" href="#content" @click=${this.#skip}>Skip to the content</a>
      <a class="brand" href=${navigation.href({ page: 'overview' })} aria-label="Highwater, overview">${brandMark}<span>Highwater</span></a>
      <nav aria-label="Pages">
        ${link('overview', 'Overview')} ${link('sessions', 'Sessions')} ${link('records', 'Records')} ${link('history', 'History')} ${link('reports', 'Reports')} ${link('billing', 'Billing')} ${link('what-if', 'What if')}
        <a href=${navigation.href({ page: 'alerts', view: 'active' })} aria-current=${here === 'alerts' ? 'page' : nothing}>Alerts</a>
        ${link('settings', 'Settings')}
        <a href=${navigation.href({ page: 'wall', board: 'all' })}>Wall</a>
      </nav>
      <div class="site-tools">
        ${this.#picker()}
        <hw-connection-status .dashboard=${this.dashboard}></hw-connection-status>
        <hw-theme-toggle></hw-theme-toggle>
        ${this.#signOut()}
      </div>
    </header>
    <hw-freshness-banner .dashboard=${this.dashboard}></hw-freshness-banner>
    ${this.#newer()}`;
  }

  #picker() {
    const { directory, navigation, chosen } = this.dashboard;
    const organisations = directory.organisations() ?? [];
    const current = chosen();
    const known = current === null || organisations.some(({ organisation }) => organisation === current);
    // With an address that names nobody, the only one there is must be reached.
    if (organisations.length < (known ? 2 : 1)) return nothing;
    const times = new Map<string, number>();
    for (const { name } of organisations) times.set(name, (times.get(name) ?? 0) + 1);
    // Two of one name are told apart by their ids.
    const nameOf = (id: string, name: string) => (name === '' ? id : (times.get(name) ?? 0) > 1 ? `${name} (${id})` : name);
    const choose = (event: Event) => navigation.amend({ organisation: (event.target as HTMLSelectElement).value });
    return html`<select class="organisation-picker" aria-label="Organisation" @change=${choose}>
      ${known ? nothing : html`<option value=${current} .selected=${true}>${current}, not known yet</option>`}
      ${organisations.map(
        ({ organisation, name }) =>
          html`<option value=${organisation} .selected=${organisation === current}>${nameOf(organisation, name)}</option>`,
      )}
    </select>`;
  }

  #signOut() {
    if (this.dashboard.credentials.token() === null) return nothing;
    return html`<button
      type="button"
      class="button"
      @click=${() => {
        this.dashboard.credentials.forget();
        location.reload();
      }}
    >
      Sign out
    </button>`;
  }

  #newer() {
    const { upgrade } = this.dashboard;
    if (!upgrade.waiting()) return nothing;
    return html`<p class="banner banner-newer" role="status">
      <span>Highwater was upgraded. This page is loaded anew when you leave the form.</span>
      <button type="button" class="button" @click=${() => upgrade.now()}>Load it now</button>
    </p>`;
  }

  #skip(event: Event): void {
    event.preventDefault();
    document.getElementById('content')?.focus();
  }
}

customElements.define('hw-site-header', SiteHeader);
