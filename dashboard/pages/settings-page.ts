import { html } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { OrganisationView } from '../../shared/organisation.ts';
import type { ChangeList } from '../components/change-list.ts';
import '../components/change-list.ts';
import { LightElement } from '../components/light-element.ts';
import '../components/new-organisation.ts';
import { entitlementFields, entitlementPlace, organisationFields, settingsFrom } from '../components/organisation-form.ts';
import { problemReport } from '../components/problem-report.ts';
import { refusals } from '../components/refusals.ts';
import '../components/user-settings.ts';
import { AskController } from '../controllers/ask-controller.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { ResourceController } from '../controllers/resource-controller.ts';
import { WatchController } from '../controllers/watch-controller.ts';

/** What administrators decide: the organisation, its entitlements, its users. */
export class SettingsPage extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  /** Read once for each organisation: a form that is filled in must not be written over. */
  readonly #view = new AskController<OrganisationView>(this, {
    key: () => this.dashboard.chosen(),
    ask: (signal) => this.dashboard.api.organisation(this.dashboard.chosen() ?? '', signal),
  });
  readonly #saving = new ResourceController<string>(this);

  constructor() {
    super();
    new WatchController(this, () => [this.dashboard.navigation, this.dashboard.directory]);
  }

  override willUpdate(): void {
    this.#saving.about(this.dashboard.chosen() ?? '');
  }

  /** Every type that can be entitled: the catalogue's, and what else is in use or entitled already. */
  #types(view: OrganisationView): string[] {
    const { directory, live } = this.dashboard;
    const used = live.state()?.usage.licences.map((row) => row.licenceType) ?? [];
    return [...new Set([...directory.catalogue().licenceTypes.map((type) => type.name), ...Object.keys(view.entitlements), ...used])];
  }

  override render() {
    const view = this.#view.value;
    const { navigation, directory } = this.dashboard;
    const none = directory.organisations()?.length === 0 && this.dashboard.chosen() === null;
    if (none || navigation.query('new') === 'organisation') {
      return html`<h1>Settings</h1>
        ${none ? html`<p class="lead">There is no organisation yet. The first event creates one; or create it here.</p>` : ''}
        <hw-new-organisation .dashboard=${this.dashboard}></hw-new-organisation>`;
    }
    if (!view) {
      return html`<h1>Settings</h1>
        ${this.#view.error ? problemReport(this.#view.error) : html`<p class="lead">Fetching the settings …</p>`}`;
    }
    const types = this.#types(view);
    return html`<header class="page-head">
        <div>
          <h1>Settings</h1>
          <p class="page-note">Organisation ${view.organisation}</p>
        </div>
        <a class="button" href=${navigation.here({ new: 'organisation' })}>New organisation</a>
      </header>
      ${keyed(
        view.organisation,
        html`<form class="settings-form" ${refusals(this.#saving.error, { place: entitlementPlace(types) })} @submit=${(event: SubmitEvent) => void this.#save(event, view, types)}>
        <section class="panel" aria-labelledby="settings-organisation">
          <h2 id="settings-organisation">Organisation</h2>
          ${organisationFields(view)}
        </section>
        <section class="panel" aria-labelledby="settings-entitlements">
          <h2 id="settings-entitlements">Entitlements</h2>
          <p class="soft">Licences bought of each type. Empty: no entitlement, and no limit.</p>
          ${entitlementFields(types, view.entitlements)}
        </section>
        <p class="form-end">
          <button class="button button-main" aria-disabled=${this.#saving.loading}>Save the organisation</button>
          <span class="saved" role="status">${this.#saving.error ? '' : (this.#saving.value ?? '')}</span>
        </p>
      </form>`,
      )}
      <section class="panel" aria-labelledby="settings-users">
        <h2 id="settings-users">Users</h2>
        <p class="soft">A login acquires the licence of the user type, and of those service features that its interface carries.</p>
        <hw-user-settings .dashboard=${this.dashboard}></hw-user-settings>
      </section>
      <section class="panel" aria-labelledby="settings-changes">
        <h2 id="settings-changes">Changes</h2>
        <p class="soft">What was changed here, over the API or in bulk, when and with whose token; the newest first.</p>
        <hw-change-list .dashboard=${this.dashboard}></hw-change-list>
      </section>`;
  }

  async #save(event: SubmitEvent, view: OrganisationView, types: string[]): Promise<void> {
    event.preventDefault();
    const settings = settingsFrom(event.currentTarget as HTMLFormElement, view, types);
    const { api, directory } = this.dashboard;
    const saved = await this.#saving.load(async () => {
      await api.putOrganisation(view.organisation, settings);
      return 'Saved';
    });
    if (!saved) return;
    this.#view.again();
    await Promise.all([directory.refresh(), this.querySelector<ChangeList>('hw-change-list')?.refresh()]);
  }
}

customElements.define('hw-settings-page', SettingsPage);
