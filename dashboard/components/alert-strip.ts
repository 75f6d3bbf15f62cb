import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { parseInstant } from '../../shared/time.ts';
import { asKnown, summaryOf, wordsOf } from '../controllers/alert-watch.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { SecondController } from '../controllers/second-controller.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import { activeAlerts } from '../format/alert-order.ts';
import { inWords } from '../format/duration.ts';
import { formatCount } from '../format/number.ts';
import { alertMark } from './alert-mark.ts';
import { LightElement } from './light-element.ts';

const MOST_SHOWN = 3;

/** Alerts in one calm line above the numbers; of one licence type, or of all. */
export class AlertStrip extends LightElement {
  static override properties = { dashboard: { attribute: false }, licenceType: { attribute: false } };
  declare dashboard: Dashboard;
  declare licenceType: string | undefined;

  constructor() {
    super();
    this.licenceType = undefined;
    new WatchController(this, () => [this.dashboard.alerts]);
    new SecondController(this, () => this.dashboard.live.serverNow());
  }

  override render() {
    const { alerts, navigation } = this.dashboard;
    const { kind, words, more } = summaryOf(this.dashboard, this.licenceType);
    const shown = activeAlerts(alerts.alerts() ?? []).filter(({ licenceType, state }) =>
      this.licenceType === undefined ? state !== 'pending' : licenceType === this.licenceType,
    );
    const rest = shown.length - MOST_SHOWN;
    const all = navigation.href({ page: 'alerts', view: kind === 'no-rules' ? 'rules' : 'active' });
    return html`<section class="alert-strip" data-alerts=${kind} aria-label="Alerts">
      <p class="alert-strip-words"><strong>${words}</strong>${more === undefined ? nothing : html` <span class="soft">· ${more}</span>`}</p>
      <ul>
        ${repeat(
          shown.slice(0, MOST_SHOWN),
          (alert) => alert.id,
          (alert) => this.#alert(asKnown(this.dashboard, alert)),
        )}
      </ul>
      <a class="alert-strip-all" href=${all}>${
        kind === 'no-rules' ? 'Set up rules' : rest > 0 ? `and ${formatCount(rest)} more` : 'All alerts'
      }</a>
    </section>`;
  }

  #alert(alert: LiveAlert) {
    const { title, easing } = wordsOf(this.dashboard, alert);
    const { live } = this.dashboard;
    // A length that counts on would say that it fires on.
    const since = live.standsStill() ? null : parseInstant(alert.startsAt);
    const type = this.licenceType === undefined && alert.licenceType !== '*' ? html`<b>${alert.licenceType}</b> · ` : nothing;
    return html`<li data-alert=${alert.id}>
      ${alertMark(alert)} <span>${type}${title}</span>
      ${since === null ? nothing : html`<span class="soft">${inWords(live.serverNow() - since)}${easing ? ', easing' : ''}</span>`}
    </li>`;
  }
}

customElements.define('hw-alert-strip', AlertStrip);
