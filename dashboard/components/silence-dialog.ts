import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { AlertMatchers } from '../../shared/alerts.ts';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { formatInstant } from '../../shared/time.ts';
import { wordsOf } from '../controllers/alert-watch.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { rememberName, storedName } from '../controllers/own-name.ts';
import { silenceTimes } from '../format/silence-times.ts';
import { zoneLabel } from '../format/time.ts';
import { alertMark } from './alert-mark.ts';
import { DialogElement } from './dialog-element.ts';
import { nameField, noteField } from './form-fields.ts';

/** Peace from an alert: each button is an end, so that it takes two clicks. */
export class SilenceDialog extends DialogElement {
  static override properties = { dashboard: { attribute: false }, alert: { state: true } };
  declare dashboard: Dashboard;
  declare alert: LiveAlert | null;

  constructor() {
    super();
    this.alert = null;
  }

  open(alert: LiveAlert): void {
    this.alert = { ...alert };
    void this.show();
  }

  override render() {
    const { alert, dashboard } = this;
    if (!alert) return nothing;
    const now = dashboard.live.serverNow();
    const zone = dashboard.timeZone();
    const { title } = wordsOf(dashboard, alert);
    const scopes: [string, string][] = [
      ['both', alert.licenceType === '*' ? 'This alert' : `This alert: “${title}” of ${alert.licenceType}`],
      ['rule', `“${title}” of every licence type`],
      ...(alert.licenceType === '*' ? [] : [['type', `Every alert of ${alert.licenceType}`] as [string, string]]),
    ];
    return this.frame(
      'Silence',
      html`<p>${alertMark(alert)} <b>${alert.licenceType === '*' ? '' : alert.licenceType}</b> ${title}</p>
        <p class="soft">Nothing is sent until the end that you choose. The alert stays on the screens.</p>
        ${keyed(
          alert,
          html`<form class="dialog-form" @submit=${(event: SubmitEvent) => void this.#send(event, alert)}>
            <fieldset class="choices">
              <legend>What</legend>
              ${scopes.map(
                ([value, words], index) =>
                  html`<label class="check"><input type="radio" name="scope" value=${value} ?checked=${index === 0} /> ${words}</label>`,
              )}
            </fieldset>
            ${nameField(storedName())} ${noteField()}
            <fieldset class="ends">
              <legend>How long (${zoneLabel(now, zone)})</legend>
              ${silenceTimes(now, zone).map(
                ({ words, until }, index) =>
                  html`<button class="button" name="until" value=${until} ?autofocus=${index === 0} ?disabled=${this.sending.loading}>${words}</button>`,
              )}
            </fieldset>
          </form>`,
        )}`,
    );
  }

  async #send(event: SubmitEvent, { rule, licenceType }: LiveAlert): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement, event.submitter);
    const by = String(data.get('by'));
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    rememberName(by);
    const scope = data.get('scope');
    const matchers: AlertMatchers = {
      ...(scope === 'type' ? {} : { rule }),
      ...(scope === 'rule' || licenceType === '*' ? {} : { licenceType }),
    };
    const endsAt = formatInstant(Number(data.get('until')));
    await this.order(() => this.dashboard.alertsApi.addSilence(organisation, { matchers, endsAt, by, note: String(data.get('note')) }));
  }
}

customElements.define('hw-silence-dialog', SilenceDialog);
