import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { wordsOf } from '../controllers/alert-watch.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { rememberName, storedName } from '../controllers/own-name.ts';
import { alertMark } from './alert-mark.ts';
import { DialogElement } from './dialog-element.ts';
import { nameField, noteField } from './form-fields.ts';

/** Who looks after an alert. The name is remembered in this browser. */
export class AcknowledgeDialog extends DialogElement {
  static override properties = { dashboard: { attribute: false }, alert: { state: true } };
  declare dashboard: Dashboard;
  declare alert: LiveAlert | null;

  constructor() {
    super();
    this.alert = null;
  }

  open(alert: LiveAlert): void {
    // A new object, so that what was typed for the one before does not stay.
    this.alert = { ...alert };
    void this.show();
  }

  override render() {
    const { alert } = this;
    if (!alert) return nothing;
    const { title } = wordsOf(this.dashboard, alert);
    return this.frame(
      'Acknowledge',
      html`<p>${alertMark(alert)} <b>${alert.licenceType === '*' ? '' : alert.licenceType}</b> ${title}</p>
        <p class="soft">Others see that you look after it. The alert goes on, and so do its messages.</p>
        ${keyed(
          alert,
          html`<form class="dialog-form" @submit=${(event: SubmitEvent) => void this.#send(event, alert)}>
            ${nameField(storedName())} ${noteField()}
            <p class="form-end">
              <button class="button button-main" ?disabled=${this.sending.loading}>Acknowledge</button>
              <button type="button" class="button" @click=${() => this.close()}>Cancel</button>
            </p>
          </form>`,
        )}`,
    );
  }

  async #send(event: SubmitEvent, alert: LiveAlert): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const [by, note] = [String(data.get('by')), String(data.get('note'))];
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    rememberName(by);
    await this.order(() => this.dashboard.alertsApi.acknowledge(organisation, alert.id, by, note));
  }
}

customElements.define('hw-acknowledge-dialog', AcknowledgeDialog);
