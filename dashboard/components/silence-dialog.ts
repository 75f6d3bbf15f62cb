import { html } from 'lit';
import type { AlertMatchers } from '../../shared/alerts.ts';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { formatInstant } from '../../shared/time.ts';
import { wordsOf } from '../controllers/alert-watch.ts';
import { silenceTimes } from '../format/silence-times.ts';
import { zoneLabel } from '../format/time.ts';
import { AlertDialog } from './alert-dialog.ts';

/** Peace from an alert: each button is an end, so that it takes two clicks. */
export class SilenceDialog extends AlertDialog {
  protected override readonly heading = 'Silence';
  protected override readonly effect = 'Nothing is sent until the end that you choose. The alert stays on the screens.';

  protected override question(alert: LiveAlert) {
    const { title } = wordsOf(this.dashboard, alert);
    const type = alert.licenceType;
    const scopes: [string, string][] = [
      ['both', type === '*' ? 'This alert' : `This alert: “${title}” of ${type}`],
      ['rule', `“${title}” of every licence type`],
      ...(type === '*' ? [] : [['type', `Every alert of ${type}`] as [string, string]]),
    ];
    return html`<fieldset class="choices">
      <legend>What</legend>
      ${scopes.map(
        ([value, words], index) =>
          html`<label class="check"><input type="radio" name="scope" value=${value} ?checked=${index === 0} /> ${words}</label>`,
      )}
    </fieldset>`;
  }

  protected override end() {
    const { live, timeZone } = this.dashboard;
    const now = live.serverNow();
    return html`<fieldset class="ends">
      <legend>How long (${zoneLabel(now, timeZone())})</legend>
      ${silenceTimes(now, timeZone()).map(
        ({ words, until }, index) =>
          html`<button class="button" name="until" value=${until} ?autofocus=${index === 0} aria-disabled=${this.sending.loading}>${words}</button>`,
      )}
    </fieldset>`;
  }

  protected override send(
    organisation: string,
    { rule, licenceType }: LiveAlert,
    said: { by: string; note: string },
    data: FormData,
  ): Promise<void> {
    const scope = data.get('scope');
    const matchers: AlertMatchers = {
      ...(scope === 'type' ? {} : { rule }),
      ...(scope === 'rule' || licenceType === '*' ? {} : { licenceType }),
    };
    return this.dashboard.alertsApi.addSilence(organisation, { matchers, endsAt: formatInstant(Number(data.get('until'))), ...said });
  }
}

customElements.define('hw-silence-dialog', SilenceDialog);
