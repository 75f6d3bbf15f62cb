import { html, nothing } from 'lit';
import type { WebhookView } from '../../../shared/alerts.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import { poolShape } from '../../components/shapes.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { followOrganisation } from '../../controllers/follow-controller.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { addressWords, FORMAT_WORDS, receiverHealth } from '../../format/receiver-health.ts';
import { exactInstant } from '../../format/time.ts';
import { EVENT_WORDS } from '../../format/webhook-words.ts';
import './deliveries-view.ts';
import './receiver-form.ts';

/** Who is told: receivers of messages, and how it goes with each. */
export class AlertReceiversView extends LightElement {
  static override properties = { dashboard: { attribute: false }, item: { attribute: false }, fresh: { attribute: false } };
  declare dashboard: Dashboard;
  declare item: string | null;
  declare fresh: boolean;

  readonly #receivers = new ResourceController<WebhookView[]>(this);
  readonly #follow = followOrganisation(this, () => void this.#read());

  constructor() {
    super();
    this.item = null;
    this.fresh = false;
  }

  async #read(): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    await this.#receivers.about(organisation).load((signal) => this.dashboard.alertsApi.receivers(organisation, signal));
  }

  readonly #changed = () => {
    this.#follow.now();
  };

  override render() {
    const { value: receivers, error } = this.#receivers;
    if (!receivers) return error ? problemReport(error) : html`<p class="lead loading">Fetching the receivers …</p>`;
    if (this.item === null && !this.fresh) return this.#list(receivers);
    // One that was just made is not in the list yet: its form, which has its secret, stays meanwhile.
    const absent = this.fresh || this.#receivers.loading ? null : undefined;
    const receiver = receivers.find(({ id }) => id === this.item) ?? absent;
    if (receiver === undefined) return html`<p class="lead">There is no receiver “${this.item}”.</p>`;
    return html`${receiver ? this.#health(receiver) : nothing} ${problemReport(error)}
      <hw-receiver-form .dashboard=${this.dashboard} .receiver=${receiver} @changed=${this.#changed}></hw-receiver-form>
      ${receiver ? this.#deliveries(receiver) : nothing}`;
  }

  #deliveries(receiver: WebhookView) {
    return html`<hw-deliveries .dashboard=${this.dashboard} .receiver=${receiver} @changed=${this.#changed}></hw-deliveries>`;
  }

  #list(receivers: readonly WebhookView[]) {
    const { navigation, live, timeZone } = this.dashboard;
    const moment = (text: string | null) => (text === null ? '–' : exactInstant(text, live.serverNow(), timeZone()));
    return html`<p class="form-end"><a class="button button-main" href=${navigation.href({ page: 'alerts', view: 'new-receiver' })}>New receiver</a></p>
      ${problemReport(this.#receivers.error)}
      ${
        receivers.length === 0
          ? html`<p class="lead">Nobody is told: there is no receiver yet.</p>`
          : html`<table class="table">
              <thead><tr><th scope="col">Receiver</th><th scope="col">How it goes</th><th scope="col">Last delivered</th><th scope="col">Format</th><th scope="col">Where</th><th scope="col">What</th></tr></thead>
              <tbody>
                ${receivers.map(
                  (one) => html`<tr>
                    <th scope="row" data-label="Receiver"><a href=${navigation.href({ page: 'alerts', view: 'receivers', id: one.id })}>${one.id}</a></th>
                    <td data-label="How it goes">${healthMark(one)}</td>
                    <td data-label="Last delivered">${moment(one.lastDeliveredAt)}</td>
                    <td data-label="Format">${FORMAT_WORDS[one.format]}</td>
                    <td data-label="Where" class="address">${addressWords(one)}</td>
                    <td data-label="What">${one.events.length === 0 ? 'Everything' : one.events.map((event) => EVENT_WORDS[event]).join(', ')}</td>
                  </tr>`,
                )}
              </tbody>
            </table>`
      }
      ${navigation.query('status') === null ? nothing : receivers.filter(({ failed }) => failed > 0).map((one) => this.#deliveries(one))}`;
  }

  #health(receiver: WebhookView) {
    const { live, timeZone } = this.dashboard;
    const { lastDeliveredAt, lastError } = receiver;
    return html`<p class="receiver-health">
      ${healthMark(receiver)}
      ${lastDeliveredAt === null ? nothing : html`<span class="soft">Last delivered ${exactInstant(lastDeliveredAt, live.serverNow(), timeZone())}</span>`}
      ${lastError === null ? nothing : html`<span>The last attempt: ${lastError}</span>`}
    </p>`;
  }
}

const healthMark = (receiver: WebhookView) => {
  const { state, words } = receiverHealth(receiver);
  return html`<span class="state health state-${state}">${poolShape(state)} ${words}</span>`;
};

customElements.define('hw-alerts-receivers', AlertReceiversView);
