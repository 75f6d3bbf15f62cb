import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { wordsOf } from '../controllers/alert-watch.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { rememberName, storedName } from '../controllers/own-name.ts';
import { alertMark } from './alert-mark.ts';
import { DialogElement } from './dialog-element.ts';
import { nameField, noteField } from './form-fields.ts';
import { refusals } from './refusals.ts';

/** Something that a person does about an alert, with a name and a note. The name is remembered in this browser. */
export abstract class AlertDialog extends DialogElement {
  static override properties = { dashboard: { attribute: false }, alert: { state: true } };
  declare dashboard: Dashboard;
  declare alert: LiveAlert | null;

  protected abstract readonly heading: string;
  protected abstract readonly effect: string;

  constructor() {
    super();
    this.alert = null;
  }

  open(alert: LiveAlert): void {
    // A new object, so that what was typed for the one before does not stay.
    this.alert = { ...alert };
    void this.show();
  }

  /** What else is asked, above the name. */
  protected abstract question(alert: LiveAlert): TemplateResult | typeof nothing;
  /** The end of the form, with its buttons. */
  protected abstract end(alert: LiveAlert): TemplateResult;
  protected abstract send(organisation: string, alert: LiveAlert, said: { by: string; note: string }, data: FormData): Promise<void>;

  override render() {
    const { alert } = this;
    if (!alert) return nothing;
    return this.frame(
      this.heading,
      html`<p>${alertMark(alert)} <b>${alert.licenceType === '*' ? '' : alert.licenceType}</b> ${wordsOf(this.dashboard, alert).title}</p>
        <p class="soft">${this.effect}</p>
        ${keyed(
          alert,
          html`<form class="dialog-form" ${refusals(this.sending.error)} @submit=${(event: SubmitEvent) => void this.#submit(event, alert)}>
            ${this.question(alert)} ${nameField(storedName())} ${noteField()} ${this.end(alert)}
          </form>`,
        )}`,
    );
  }

  async #submit(event: SubmitEvent, alert: LiveAlert): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement, event.submitter);
    const said = { by: String(data.get('by')), note: String(data.get('note')) };
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    rememberName(said.by);
    await this.order(() => this.send(organisation, alert, said, data));
  }
}
