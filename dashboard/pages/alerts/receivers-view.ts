import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import {
  type DeliveryView,
  WEBHOOK_EVENTS,
  WEBHOOK_FORMATS,
  type WebhookEventType,
  type WebhookFormat,
  type WebhookView,
} from '../../../shared/alerts.ts';
import { parseInstant } from '../../../shared/time.ts';
import { asked, fieldError, invalid } from '../../components/form-fields.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { PollController } from '../../controllers/poll-controller.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { countOf } from '../../format/number.ts';
import { exactMoment } from '../../format/time.ts';
import { idFrom } from './rules-view.ts';

const FORMAT_WORDS: Record<WebhookFormat, string> = {
  standard: 'Standard Webhooks',
  alertmanager: 'Alertmanager v4',
  slack: 'Slack',
  teams: 'Teams',
  pagerduty: 'PagerDuty',
  email: 'E-mail (address: mailto:…)',
};

interface Known {
  receivers: WebhookView[];
  deliveries: DeliveryView[];
}

/** Who is told: receivers of webhooks, and what became of each message. */
export class AlertReceiversView extends LightElement {
  static override properties = {
    dashboard: { attribute: false },
    item: { attribute: false },
    fresh: { attribute: false },
    secret: { state: true },
  };
  declare dashboard: Dashboard;
  declare item: string | null;
  declare fresh: boolean;
  /** Shown this once. */
  declare secret: string | null;

  readonly #known = new ResourceController<Known>(this);
  readonly #acting = new ResourceController<string>(this);
  readonly #poll = new PollController(
    this,
    () => this.dashboard,
    () => `${this.dashboard.chosen()} ${this.item}`,
    () => void this.#read(),
  );

  constructor() {
    super();
    this.item = null;
    this.fresh = false;
    this.secret = null;
  }

  async #read(): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    const { alertsApi: api } = this.dashboard;
    const { item } = this;
    await this.#known.load(async (signal) => {
      const receivers = await api.receivers(organisation, signal);
      const known = item !== null && receivers.some(({ id }) => id === item);
      return { receivers, deliveries: known ? (await api.deliveries(organisation, item, { limit: 100 }, signal)).items : [] };
    });
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has('item') && changed.get('item') !== undefined) this.#poll.now();
  }

  override render() {
    const known = this.#known.value;
    if (!known) return this.#known.error ? problemReport(this.#known.error) : html`<p class="lead loading">Fetching the receivers …</p>`;
    if (this.fresh) return this.#form(null);
    if (this.item === null) return this.#list(known.receivers);
    const receiver = known.receivers.find(({ id }) => id === this.item);
    if (!receiver) return html`<p class="lead">There is no receiver “${this.item}”.</p>`;
    return html`${this.#form(receiver)} ${this.#deliveries(receiver, known.deliveries)}`;
  }

  #list(receivers: readonly WebhookView[]) {
    const { navigation } = this.dashboard;
    return html`<p class="form-end"><a class="button button-main" href=${navigation.href({ page: 'alerts', view: 'new-receiver' })}>New receiver</a></p>
      ${problemReport(this.#known.error)}
      ${
        receivers.length === 0
          ? html`<p class="lead">Nobody is told: there is no receiver yet.</p>`
          : html`<table class="table">
              <thead><tr><th scope="col">Receiver</th><th scope="col">Format</th><th scope="col">Where</th><th scope="col">What</th><th scope="col">State</th></tr></thead>
              <tbody>
                ${receivers.map(
                  (one) => html`<tr>
                    <th scope="row"><a href=${navigation.href({ page: 'alerts', view: 'receivers', id: one.id })}>${one.id}</a></th>
                    <td>${FORMAT_WORDS[one.format]}</td>
                    <td>${one.url}</td>
                    <td>${one.events.length === 0 ? 'everything' : one.events.join(', ')}</td>
                    <td>${one.enabled ? 'on' : `off${one.disabledReason ? `: ${one.disabledReason}` : ''}`}</td>
                  </tr>`,
                )}
              </tbody>
            </table>`
      }`;
  }

  #form(receiver: WebhookView | null): TemplateResult {
    const { error } = this.#acting;
    return html`${keyed(
      receiver?.id ?? '',
      html`<form class="panel" @submit=${(event: SubmitEvent) => void this.#save(event, receiver)}>
        <h2>${receiver?.id ?? 'New receiver'}</h2>
        <div class="fields">
          ${receiver ? nothing : html`<label class="field"><span>Name</span><input name="id" required maxlength="128" /></label>`}
          <label class="field"><span>Format</span><select name="format">${WEBHOOK_FORMATS.map((format) => html`<option value=${format} .selected=${format === (receiver?.format ?? 'standard')}>${FORMAT_WORDS[format]}</option>`)}</select></label>
          <label class="field"><span>Address</span><input name="url" type="url" required .value=${receiver?.url ?? 'https://'} aria-invalid=${invalid(error, 'url')} />${fieldError(error, 'url')}</label>
          <label class="field"><span>Secret (optional)</span><input name="secret" autocomplete="off" aria-invalid=${invalid(error, 'secret')} /><small>Of Standard Webhooks one is made if there is none; PagerDuty: the routing key</small>${fieldError(error, 'secret')}</label>
          <label class="check"><input type="checkbox" name="enabled" .checked=${receiver?.enabled ?? true} /> Messages are sent</label>
        </div>
        <fieldset class="choices"><legend>What it is told (nothing chosen: everything)</legend>
          ${WEBHOOK_EVENTS.filter((event) => event !== 'webhook.test').map(
            (event) =>
              html`<label class="check"><input type="checkbox" name="events" value=${event} .checked=${receiver?.events.includes(event) ?? false} /> ${event}</label>`,
          )}
        </fieldset>
        ${problemReport(error)}
        ${this.secret === null ? nothing : html`<p role="status">Its secret, shown this once: <code>${this.secret}</code></p>`}
        <p class="form-end">
          <button class="button button-main" ?disabled=${this.#acting.loading}>Save the receiver</button>
          ${
            receiver
              ? html`<button type="button" class="button" @click=${() => void this.#act('A test is on its way', (of) => this.dashboard.alertsApi.test(of, receiver.id))}>Send a test</button>
                  <button type="button" class="button" @click=${() => void this.#remove(receiver.id)}>Delete the receiver</button>`
              : nothing
          }
          <span class="saved" role="status">${error ? '' : (this.#acting.value ?? '')}</span>
        </p>
      </form>`,
    )}`;
  }

  #deliveries(receiver: WebhookView, deliveries: readonly DeliveryView[]) {
    const now = this.dashboard.live.serverNow();
    const zone = this.dashboard.timeZone();
    const moment = (text: string | undefined | null) => (text ? exactMoment(parseInstant(text) ?? now, now, zone) : '');
    return html`<section class="panel" aria-labelledby="deliveries-title">
      <h2 id="deliveries-title">Messages</h2>
      ${
        deliveries.length === 0
          ? html`<p>Nothing was sent to it yet.</p>`
          : html`<table class="table">
              <thead><tr><th scope="col">What</th><th scope="col">State</th><th scope="col">Last tried</th><th scope="col">Answer</th><td></td></tr></thead>
              <tbody>
                ${deliveries.map((delivery) => {
                  const last = delivery.attempts.at(-1);
                  return html`<tr data-delivery=${delivery.status}>
                    <th scope="row">${delivery.type}</th>
                    <td>${delivery.status}${delivery.status === 'pending' && delivery.nextAttemptAt ? `, next ${moment(delivery.nextAttemptAt)}` : ''}</td>
                    <td>${moment(last?.at)} <span class="soft">${countOf(delivery.attempts.length, 'attempt')}</span></td>
                    <td>${last?.status ?? ''} ${last?.error ?? ''}</td>
                    <td>${
                      delivery.status === 'delivered'
                        ? nothing
                        : html`<button class="button" @click=${() => void this.#act('It is tried again', (of) => this.dashboard.alertsApi.retry(of, receiver.id, delivery.id))}>Try again</button>`
                    }</td>
                  </tr>`;
                })}
              </tbody>
            </table>`
      }
    </section>`;
  }

  async #save(event: SubmitEvent, receiver: WebhookView | null): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const secret = String(data.get('secret') ?? '');
    const id = receiver?.id ?? idFrom(String(data.get('id')));
    const terms = {
      url: String(data.get('url')),
      format: String(data.get('format')) as WebhookFormat,
      events: data.getAll('events') as WebhookEventType[],
      enabled: data.has('enabled'),
      ...(secret !== '' && { secret }),
    };
    const saved = await this.#act('Saved', async (of) => {
      this.secret = await this.dashboard.alertsApi.putReceiver(of, id, terms);
    });
    const { navigation } = this.dashboard;
    if (saved && !receiver) navigation.go(navigation.href({ page: 'alerts', view: 'receivers', id }));
  }

  async #remove(id: string): Promise<void> {
    if (!asked(`Delete the receiver “${id}” with its messages?`)) return;
    const gone = await this.#act('Deleted', (of) => this.dashboard.alertsApi.deleteReceiver(of, id));
    const { navigation } = this.dashboard;
    if (gone) navigation.go(navigation.href({ page: 'alerts', view: 'receivers' }));
  }

  async #act(words: string, act: (organisation: string) => Promise<unknown>): Promise<boolean> {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return false;
    const done = await this.#acting.load(async () => {
      await act(organisation);
      return words;
    });
    this.#poll.now();
    return done;
  }
}

customElements.define('hw-alerts-receivers', AlertReceiversView);
