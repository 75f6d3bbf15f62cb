import { html, nothing, type PropertyValues } from 'lit';
import { DELIVERY_STATUSES, type DeliveryStatus, type DeliveryView, type WebhookView } from '../../../shared/alerts.ts';
import { parseInstant } from '../../../shared/time.ts';
import '../../components/delivery-dialog.ts';
import { readOn } from '../../client/read-on.ts';
import type { DeliveryDialog } from '../../components/delivery-dialog.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import { ActController } from '../../controllers/act-controller.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { EVERY_TEN_SECONDS, FollowController } from '../../controllers/follow-controller.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { countOf, formatCount } from '../../format/number.ts';
import { exactMoment } from '../../format/time.ts';
import { EVENT_WORDS } from '../../format/webhook-words.ts';

const SHOWN = 100;
const STATUS_WORDS: Record<DeliveryStatus, string> = { pending: 'Under way', delivered: 'Delivered', failed: 'Given up' };

/** What became of each message to a receiver, and another try for those that were given up. */
export class AlertDeliveries extends LightElement {
  static override properties = { dashboard: { attribute: false }, receiver: { attribute: false }, progress: { state: true } };
  declare dashboard: Dashboard;
  declare receiver: WebhookView;
  declare progress: string;

  readonly #list = new ResourceController<DeliveryView[]>(this);
  readonly #acting = new ActController(
    this,
    () => this.dashboard,
    () => {
      this.dispatchEvent(new CustomEvent('changed'));
      this.#follow.now();
    },
  );
  readonly #follow = new FollowController(
    this,
    () => this.dashboard,
    () => JSON.stringify([this.dashboard.chosen(), this.receiver.id, this.#status ?? null]),
    () => void this.#read(),
    EVERY_TEN_SECONDS,
  );

  constructor() {
    super();
    this.progress = '';
  }

  get #status(): DeliveryStatus | undefined {
    return DELIVERY_STATUSES.find((status) => status === this.dashboard.navigation.query('status'));
  }

  async #read(): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    const query = { limit: SHOWN, status: this.#status };
    const { alertsApi } = this.dashboard;
    const { id } = this.receiver;
    await this.#list
      .about(JSON.stringify([organisation, id]))
      .load(
        async (signal) => (await readOn((cursor) => alertsApi.deliveries(organisation, id, { ...query, cursor }, signal), SHOWN)).items,
      );
  }

  override updated(changed: PropertyValues<this>): void {
    const before = changed.get('receiver');
    if (before === undefined) return;
    // Something was sent or tried since: the list beside it must not say otherwise.
    const { id, pending, failed, lastDeliveredAt } = this.receiver;
    if (before.id !== id || before.pending !== pending || before.failed !== failed || before.lastDeliveredAt !== lastDeliveredAt)
      this.#follow.now();
  }

  override render() {
    const { navigation } = this.dashboard;
    const { id, failed } = this.receiver;
    const deliveries = this.#list.value;
    const link = (status: DeliveryStatus | undefined, words: string) =>
      html`<a class="button" href=${navigation.here({ status })} aria-current=${this.#status === status ? 'true' : nothing}>${words}</a>`;
    return html`<section class="panel section" aria-label="Messages to ${id}">
      <div class="deliveries-head">
        <h2>Messages to ${id}</h2>
        <nav class="range-presets" aria-label="Which messages">
          ${link(undefined, 'All')} ${DELIVERY_STATUSES.map((status) => link(status, STATUS_WORDS[status]))}
        </nav>
        ${
          failed === 0
            ? nothing
            : html`<button type="button" class="button" aria-disabled=${this.#acting.loading} @click=${() => void this.#retryAll()}>
                Try all ${formatCount(failed)} given up again
              </button>`
        }
        <span class="saved" role="status">${this.progress}</span>
      </div>
      ${problemReport(this.#list.error ?? this.#acting.error)}
      ${!deliveries ? nothing : deliveries.length === 0 ? html`<p>${this.#status === undefined ? 'Nothing was sent to it yet.' : 'There is none.'}</p>` : this.#table(deliveries)}
      <hw-delivery-dialog .dashboard=${this.dashboard}></hw-delivery-dialog>
    </section>`;
  }

  #table(deliveries: readonly DeliveryView[]) {
    const now = this.dashboard.live.serverNow();
    const zone = this.dashboard.timeZone();
    const moment = (text: string | undefined | null) => (text ? exactMoment(parseInstant(text) ?? now, now, zone) : '–');
    return html`<table class="table">
        <thead>
          <tr><th scope="col">What</th><th scope="col">State</th><th scope="col">Last tried</th><th scope="col">Answer</th><th scope="col"><span class="unseen">Actions</span></th></tr>
        </thead>
        <tbody>
          ${deliveries.map((delivery) => {
            const last = delivery.attempts.at(-1);
            const { status, nextAttemptAt } = delivery;
            return html`<tr data-delivery=${status}>
              <th scope="row" data-label="What">${EVENT_WORDS[delivery.type]}</th>
              <td data-label="State">${delivery.coalescedInto === undefined ? STATUS_WORDS[status] : 'Left out: a later message says how things stand'}${status === 'pending' && nextAttemptAt && last ? html`<span class="soft">, next ${moment(nextAttemptAt)}</span>` : ''}</td>
              <td data-label="Last tried">${moment(last?.at)} <span class="soft">${countOf(delivery.attempts.length, 'attempt')}</span></td>
              <td data-label="Answer">${last?.error ?? last?.status ?? ''}</td>
              <td class="row-actions">
                <button type="button" class="button" @click=${() => this.querySelector<DeliveryDialog>('hw-delivery-dialog')?.open(delivery)}>Details</button>
                ${
                  status === 'delivered'
                    ? nothing
                    : html`<button type="button" class="button" aria-disabled=${this.#acting.loading} @click=${() => void this.#retry(delivery)}>Try again</button>`
                }
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
      ${deliveries.length === SHOWN ? html`<p class="soft">The newest ${SHOWN} are listed.</p>` : nothing}`;
  }

  #retry(delivery: DeliveryView): Promise<boolean> {
    return this.#acting.act('', async (organisation) => {
      await this.dashboard.alertsApi.retry(organisation, this.receiver.id, delivery.id);
      this.progress = 'It is tried again';
    });
  }

  #retryAll(): Promise<boolean> {
    return this.#acting.act('', async (organisation) => {
      let [queued, overtaken, more] = [0, 0, true];
      // One that fails again at once must not keep this going.
      while (more && queued <= this.receiver.failed) {
        const part = await this.dashboard.alertsApi.retryFailed(organisation, this.receiver.id);
        queued += part.queued;
        overtaken += part.overtaken;
        more = part.more;
        const left = overtaken === 0 ? '' : `; ${formatCount(overtaken)} left, since a later message says how things stand`;
        this.progress = `${countOf(queued, 'message is', 'messages are')} tried again${left}`;
      }
    });
  }
}

customElements.define('hw-deliveries', AlertDeliveries);
