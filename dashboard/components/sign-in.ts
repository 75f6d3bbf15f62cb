import { html, nothing } from 'lit';
import type { Dashboard } from '../controllers/dashboard.ts';
import { ResourceController } from '../controllers/resource-controller.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import { LightElement } from './light-element.ts';
import { problemReport } from './problem-report.ts';

/** Asks for a token while the daemon wants one. It takes its own room: what is on the screen, and what was typed, stays. */
export class SignIn extends LightElement {
  static override properties = { dashboard: { attribute: false }, keep: { type: Boolean } };
  declare dashboard: Dashboard;
  /** Whether the token is to stay on this device unless somebody says otherwise. */
  declare keep: boolean;

  readonly #trying = new ResourceController<boolean>(this);

  constructor() {
    super();
    this.keep = false;
    new WatchController(this, () => [this.dashboard.credentials]);
  }

  override render() {
    const standing = this.dashboard.credentials.standing();
    if (standing === 'fine') return nothing;
    const title = standing === 'wanted' ? 'This daemon asks for a token' : 'The token of this browser is not known any more';
    return html`<section class="panel sign-in" aria-labelledby="sign-in-title">
      <h2 id="sign-in-title">${title}</h2>
      <form @submit=${(event: SubmitEvent) => void this.#submit(event)}>
        <label class="field"
          ><span>Token</span><input name="token" type="password" required autocomplete="current-password" /><small
            >Who looks after the daemon hands it out; with the role viewer it reads, operator and admin change things</small
          ></label
        >
        <label class="check"><input type="checkbox" name="keep" .checked=${this.keep} /> <span>Keep it on this device, as for a wall</span></label>
        <p class="form-end"><button class="button button-main" aria-disabled=${this.#trying.loading}>Sign in</button></p>
        ${problemReport(this.#trying.error)}
      </form>
    </section>`;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const [token, keep] = [String(data.get('token')).trim(), data.has('keep')];
    await this.#trying.load(async () => {
      await this.dashboard.signIn(token, keep);
      return true;
    });
  }
}

customElements.define('hw-sign-in', SignIn);
