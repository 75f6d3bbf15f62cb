import { html } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { nameProblem } from '../../shared/names.ts';
import type { Assignment, UserView } from '../../shared/organisation.ts';
import { refusedField } from '../client/http.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { onceForEach } from '../controllers/follow-controller.ts';
import { ListController } from '../controllers/list-controller.ts';
import { ResourceController } from '../controllers/resource-controller.ts';
import { SecondController } from '../controllers/second-controller.ts';
import { LightElement } from './light-element.ts';
import { listEnd, listStatus } from './list-frame.ts';
import { refusals } from './refusals.ts';

const WORDS = {
  one: 'user',
  many: 'users',
  none: 'No user is assigned anything. A login then acquires only the licences that it names itself.',
};
const EMPTY: UserView = { user: '', serviceFeatures: [] };

/** What administrators assign to users: it decides which licences a login acquires. */
export class UserSettings extends LightElement {
  static override properties = { dashboard: { attribute: false }, edited: { state: true } };
  declare dashboard: Dashboard;
  declare edited: UserView;

  readonly #list = new ListController<UserView>(this, {
    about: () => this.dashboard.chosen(),
    ask: (cursor, signal) => {
      const organisation = this.dashboard.chosen();
      if (organisation === null) return Promise.resolve({ items: [], nextCursor: null });
      return this.dashboard.api.users(organisation, { limit: 100, cursor }, signal);
    },
    now: () => this.dashboard.live.serverNow(),
  });
  readonly #saving = new ResourceController<string>(this);

  constructor() {
    super();
    // Its age is told.
    new SecondController(this, () => this.dashboard.live.serverNow());
    this.edited = EMPTY;
    // Logins do not change assignments: only another organisation is a reason to read again.
    onceForEach(this, () => void this.#list.refresh());
  }

  override render() {
    const { live, timeZone } = this.dashboard;
    return html`${this.#form()}
      <p class="saved" role="status">${this.#saving.error ? '' : (this.#saving.value ?? '')}</p>
      ${listStatus(this.#list, WORDS, live.serverNow(), timeZone())} ${this.#list.items.length > 0 ? this.#table() : ''}
      ${listEnd(this.#list, WORDS)}`;
  }

  #form() {
    const { edited } = this;
    const granted = this.dashboard.directory.catalogue().licenceTypes.map((type) => type.grantedBy);
    const userTypes = granted.flatMap((grant) => (grant && 'userType' in grant ? [grant.userType] : []));
    const features = new Set(granted.flatMap((grant) => (grant && 'serviceFeature' in grant ? [grant.serviceFeature] : [])));
    for (const own of edited.serviceFeatures) features.add(own);
    // Another user gets fields of his own: what was typed for the one before must not stay in them.
    return keyed(
      edited,
      html`<form class="user-form" ${refusals(this.#saving.error, { place: placeOf })} @submit=${this.#save}>
      <div class="fields">
        <label class="field"><span>User</span><input name="user" .value=${edited.user} required autocomplete="off" /></label>
        <label class="field"><span>Name</span><input name="name" .value=${edited.name ?? ''} autocomplete="off" /></label>
        <label class="field"><span>Group</span><input name="group" .value=${edited.group ?? ''} autocomplete="off" /></label>
        <label class="field"
          ><span>User type</span><input name="userType" list="user-types" .value=${edited.userType ?? ''} autocomplete="off"
        /></label>
        <datalist id="user-types">${userTypes.map((type) => html`<option value=${type}></option>`)}</datalist>
      </div>
      <fieldset>
        <legend>Service features</legend>
        ${[...features].map(
          (feature) =>
            html`<label class="check"
              ><input type="checkbox" name="feature" value=${feature} .checked=${edited.serviceFeatures.includes(feature)} /> ${feature}</label
            >`,
        )}
      </fieldset>
      <p class="form-end">
        <button class="button button-main" aria-disabled=${this.#saving.loading}>Save the user</button>
        <button type="button" class="button" @click=${() => this.#edit(EMPTY)}>Clear</button>
      </p>
    </form>`,
    );
  }

  #table() {
    return html`<table class="table">
      <thead>
        <tr>
          <th scope="col">User</th>
          <th scope="col">Name</th>
          <th scope="col">Group</th>
          <th scope="col">User type</th>
          <th scope="col">Service features</th>
          <th scope="col"><span class="unseen">Actions</span></th>
        </tr>
      </thead>
      <tbody>
        ${this.#list.items.map(
          (user) => html`<tr>
            <th scope="row" data-label="User">${user.user}</th>
            <td data-label="Name">${user.name ?? '–'}</td>
            <td data-label="Group">${user.group ?? '–'}</td>
            <td data-label="User type">${user.userType ?? '–'}</td>
            <td data-label="Service features">${user.serviceFeatures.join(', ') || '–'}</td>
            <td class="row-actions">
              <button type="button" class="button" aria-label="Edit ${user.user}" @click=${() => this.#edit(user)}>Edit</button>
              <button type="button" class="button" aria-label="Remove ${user.user}" @click=${() => void this.#remove(user.user)}>Remove</button>
            </td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #edit(user: UserView): void {
    // A new object, so that the fields are made anew even where the same user is edited twice.
    this.edited = { ...user };
    if (this.#saving.error) this.#saving.reset();
    void this.updateComplete.then(() => this.querySelector<HTMLInputElement>('input[name=user]')?.focus());
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    const data = new FormData(event.currentTarget as HTMLFormElement);
    // Ids of users are exact: nothing is trimmed.
    const user = String(data.get('user') ?? '');
    const optional = (name: 'name' | 'group' | 'userType') => {
      const value = String(data.get(name) ?? '');
      return value === '' ? {} : { [name]: value };
    };
    const assignment: Assignment = {
      ...optional('name'),
      ...optional('group'),
      ...optional('userType'),
      serviceFeatures: data.getAll('feature').map(String),
    };
    const problem = nameProblem(user);
    const saved = await this.#saving.load(async () => {
      // Browsers take `..` for the folder above, and the daemon would never see it.
      if (problem !== null) throw refusedField('user', problem);
      await this.dashboard.api.putUser(organisation, user, assignment);
      return `Saved ${user}`;
    });
    if (!saved) return;
    this.#edit(EMPTY);
    await this.#list.refresh();
  }

  async #remove(user: string): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null || !confirm(`Remove the assignment of ${user}? Open sessions stay.`)) return;
    const removed = await this.#saving.load(async () => {
      await this.dashboard.api.deleteUser(organisation, user);
      return `Removed ${user}`;
    });
    if (removed) await this.#list.refresh();
  }
}

/** Features are boxes of one name. */
const placeOf = (path: string): string => path.replace(/^serviceFeatures\b.*/, 'feature');

customElements.define('hw-user-settings', UserSettings);
