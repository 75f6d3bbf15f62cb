import { html } from 'lit';
import { nameProblem } from '../../shared/names.ts';
import { refusedField } from '../client/http.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { ResourceController } from '../controllers/resource-controller.ts';
import { LightElement } from './light-element.ts';
import { organisationFields, settingsFrom } from './organisation-form.ts';
import { refusals } from './refusals.ts';

/** An organisation before its first event, with the usual alert rules unless they are not wanted. */
export class NewOrganisation extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #creating = new ResourceController<boolean>(this);
  readonly #empty = {
    organisation: '',
    name: '',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    billingPeriodStartDay: 1,
    entitlements: {},
  };

  override render() {
    return html`<form class="settings-form" ${refusals(this.#creating.error)} @submit=${(event: SubmitEvent) => void this.#create(event)}>
      <section class="panel" aria-labelledby="new-organisation">
        <h2 id="new-organisation">New organisation</h2>
        <div class="fields">
          <label class="field"
            ><span>Id</span><input name="organisation" required maxlength="128" autocomplete="off" /><small
              >As events name it, 129 for example; it cannot be changed</small
            ></label
          >
        </div>
        ${organisationFields(this.#empty)}
        <label class="check"
          ><input type="checkbox" name="rules" checked /><span
            >Set the usual alert rules
            <span class="soft">(nearly full, full, overflow in use, over limit and the like; change them under Alerts)</span></span
          ></label
        >
        <p class="form-end"><button class="button button-main" aria-disabled=${this.#creating.loading}>Create the organisation</button></p>
      </section>
    </form>`;
  }

  async #create(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const id = String(data.get('organisation'));
    const { api, alertsApi, directory, navigation } = this.dashboard;
    const problem = nameProblem(id);
    const created = await this.#creating.load(async () => {
      if (problem !== null) throw refusedField('organisation', problem);
      await directory.refresh();
      // `PUT` would replace the settings of one that is there.
      if (directory.organisations()?.some(({ organisation }) => organisation === id))
        throw refusedField('organisation', `There is an organisation “${id}” already`);
      await api.putOrganisation(id, settingsFrom(form, this.#empty, []));
      if (data.has('rules')) await alertsApi.takeOverDefaults(id);
      return true;
    });
    await directory.refresh();
    if (created) navigation.go(navigation.href({ page: 'settings' }, { organisation: id }));
  }
}

customElements.define('hw-new-organisation', NewOrganisation);
