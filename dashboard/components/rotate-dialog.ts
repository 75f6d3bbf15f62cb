import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { WebhookView } from '../../shared/alerts.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { DialogElement } from './dialog-element.ts';
import { durationField, durationIn } from './form-fields.ts';
import { refusals } from './refusals.ts';
import './secret-once.ts';

const DAY_SECONDS = 86_400;

/** Another secret for a receiver, while messages go out. */
export class RotateDialog extends DialogElement {
  static override properties = { dashboard: { attribute: false }, receiver: { state: true }, secret: { state: true } };
  declare dashboard: Dashboard;
  declare receiver: WebhookView | null;
  /** What the daemon made. */
  declare secret: string | null;

  constructor() {
    super();
    this.receiver = null;
    this.secret = null;
  }

  open(receiver: WebhookView): void {
    this.receiver = { ...receiver };
    this.secret = null;
    void this.show();
  }

  override render() {
    const { receiver, secret } = this;
    if (!receiver) return nothing;
    const done = html`<hw-secret-once .secret=${secret ?? ''}></hw-secret-once>
      <p class="form-end"><button type="button" class="button button-main" @click=${() => this.close()}>Done</button></p>`;
    return this.frame(`Another secret for ${receiver.id}`, secret === null ? this.#form(receiver) : done);
  }

  #form(receiver: WebhookView) {
    const { error, loading } = this.sending;
    return html`<p class="soft">
        Messages carry a signature of the new secret and of the old one until that ends, so that the receiver can be changed without a gap.
      </p>
      ${keyed(
        receiver,
        html`<form class="dialog-form" ${refusals(error)} @submit=${(event: SubmitEvent) => void this.#send(event, receiver)}>
          <label class="field"
            ><span>New secret${receiver.format === 'pagerduty' ? '' : ' (empty: one is made)'}</span
            ><input name="secret" autocomplete="off" ?required=${receiver.format === 'pagerduty'} /></label
          >
          ${durationField('validForSeconds', 'The old one still signs for', DAY_SECONDS, '0: it ends at once')}
          <p class="form-end">
            <button class="button button-main" aria-disabled=${loading}>Change the secret</button>
            <button type="button" class="button" @click=${() => this.close()}>Cancel</button>
          </p>
        </form>`,
      )}`;
  }

  async #send(event: SubmitEvent, receiver: WebhookView): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    const secret = String(data.get('secret'));
    const order = { validForSeconds: durationIn(data, 'validForSeconds') ?? 0, ...(secret !== '' && { secret }) };
    let made: string | null = null;
    const rotate = async () => {
      made = await this.dashboard.alertsApi.rotateSecret(organisation, receiver.id, order);
      return true;
    };
    if (!(await this.sending.load(rotate))) return;
    this.dispatchEvent(new CustomEvent('done'));
    if (made === null) this.close();
    else this.secret = made;
  }
}

customElements.define('hw-rotate-dialog', RotateDialog);
