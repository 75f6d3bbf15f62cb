import { html, nothing, type PropertyValues } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import {
  carries,
  FORMATS_WITHOUT_SECRET,
  GROUP_LABELS,
  type GroupLabel,
  WEBHOOK_EVENTS,
  WEBHOOK_FORMATS,
  type WebhookEventType,
  type WebhookFormat,
  type WebhookPreview,
  type WebhookTemplate,
  type WebhookView,
} from '../../../shared/alerts.ts';
import type { Receiver } from '../../client/alerts-api.ts';
import { asked, durationField, durationIn } from '../../components/form-fields.ts';
import { LightElement } from '../../components/light-element.ts';
import { refusals } from '../../components/refusals.ts';
import { idFor } from '../../format/new-id.ts';
import '../../components/rotate-dialog.ts';
import type { RotateDialog } from '../../components/rotate-dialog.ts';
import '../../components/secret-once.ts';
import { ActController } from '../../controllers/act-controller.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { addressWords, FORMAT_WORDS } from '../../format/receiver-health.ts';
import { exactInstant } from '../../format/time.ts';
import { EVENT_WORDS } from '../../format/webhook-words.ts';

const GROUP_WORDS: Record<GroupLabel, string> = { rule: 'rule', licenceType: 'licence type', severity: 'severity' };
const NEW_TEMPLATE: WebhookTemplate = { contentType: 'application/json', body: '{ "text": {{ title | json }} }' };
/** An outcome of a test is waited for so long, and looked for so often. */
const TEST_MS = 20_000;
const LOOK_MS = 500;

/** One receiver: where messages go, in which format, and about what. Tells `changed`. */
export class ReceiverForm extends LightElement {
  static override properties = {
    dashboard: { attribute: false },
    receiver: { attribute: false },
    format: { state: true },
    secret: { state: true },
  };
  declare dashboard: Dashboard;
  /** `null`: a new one. */
  declare receiver: WebhookView | null;
  declare format: WebhookFormat;
  /** Shown this once. */
  declare secret: string | null;

  readonly #acting = new ActController(
    this,
    () => this.dashboard,
    () => this.#changed(),
  );
  readonly #preview = new ResourceController<WebhookPreview>(this);

  constructor() {
    super();
    this.receiver = null;
    this.format = 'standard';
    this.secret = null;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('receiver')) return;
    const before = changed.get('receiver');
    if (before !== undefined && before?.id === this.receiver?.id) return;
    this.format = this.receiver?.format ?? 'standard';
    if (this.#acting.error) this.#acting.reset();
  }

  override render() {
    const { receiver, format } = this;
    const { error, loading, value } = this.#acting;
    const text = (name: string, label: string, own: string, hint: string, required = true) =>
      html`<label class="field"><span>${label}</span><input name=${name} ?required=${required} autocomplete="off" .value=${own} /><small>${hint}</small></label>`;
    const address = receiver && (receiver.format === 'email') === (format === 'email') ? addressWords(receiver) : null;
    return html`${keyed(
      receiver?.id ?? '',
      html`<form class="panel" ${refusals(error ?? this.#preview.error, { place: placeOf(format) })} @submit=${(event: SubmitEvent) => void this.#save(event)}>
        <h2>${receiver?.id ?? 'New receiver'}</h2>
        <div class="fields">
          ${receiver ? nothing : html`<label class="field"><span>Name</span><input name="id" required maxlength="128" autocomplete="off" /></label>`}
          <label class="field"><span>Format</span><select name="format" @change=${this.#choose}>${WEBHOOK_FORMATS.map((one) => html`<option value=${one} .selected=${one === format}>${FORMAT_WORDS[one]}</option>`)}</select></label>
          ${
            format === 'email'
              ? text('to', 'To', address ?? '', 'Addresses, separated by commas')
              : text('url', 'Address', address ?? 'https://', 'https; others only where the configuration allows them')
          }
          ${
            FORMATS_WITHOUT_SECRET.includes(format)
              ? nothing
              : text(
                  'secret',
                  format === 'pagerduty' ? 'Routing key' : 'Secret (optional)',
                  '',
                  receiver
                    ? 'Empty: it stays. To change it without a gap, use “Another secret”'
                    : 'Of Standard Webhooks one is made if there is none',
                  false,
                )
          }
        </div>
        ${format === 'template' ? this.#template(receiver?.template) : nothing}
        <label class="check"><input type="checkbox" name="enabled" .checked=${receiver?.enabled ?? true} /> Messages are sent</label>
        <fieldset class="choices choices-columns"><legend>What it is told (nothing chosen: everything)</legend>
          ${WEBHOOK_EVENTS.filter((event) => event !== 'webhook.test' && carries(format, event)).map(
            (event) =>
              html`<label class="check"><input type="checkbox" name="events" value=${event} .checked=${receiver?.events.includes(event) ?? false} /> ${EVENT_WORDS[event]}</label>`,
          )}
        </fieldset>
        ${this.#together()} ${this.#sample()}
        ${this.secret === null ? nothing : html`<hw-secret-once .secret=${this.secret}></hw-secret-once>`}
        <p class="form-end">
          <button class="button button-main" aria-disabled=${loading}>Save the receiver</button>
          <button type="button" class="button" aria-disabled=${this.#preview.loading} @click=${(event: Event) => void this.#show(event)}>Preview</button> ${receiver ? this.#more(receiver, loading) : nothing}
          <span class="saved" role="status">${error ? '' : loading ? '…' : (value ?? '')}</span>
        </p>
      </form>`,
    )}
    <hw-rotate-dialog .dashboard=${this.dashboard} @done=${() => this.#changed()}></hw-rotate-dialog>`;
  }

  #template(own: WebhookTemplate | undefined) {
    const { contentType, body } = own ?? NEW_TEMPLATE;
    return html`<div class="fields">
        <label class="field"><span>Content type</span><input name="contentType" required .value=${contentType} /></label>
      </div>
      <label class="field"
        ><span>Body, as a Liquid template</span
        ><textarea name="body" rows="8" required spellcheck="false" .value=${body}></textarea
        ></label
      >`;
  }

  /** What a message would look like. */
  #sample() {
    const { value, error } = this.#preview;
    if (!value || error) return nothing;
    return html`<section aria-label="Preview">
      <p class="soft">“${EVENT_WORDS[value.type]}” as ${value.contentType}${value.subject === undefined ? '' : html`, subject: <b>${value.subject}</b>`}</p>
      <pre class="command" tabindex="0" aria-label="Body"><code>${value.body}</code></pre>
    </section>`;
  }

  async #show(event: Event): Promise<void> {
    const form = (event.currentTarget as HTMLElement).closest('form');
    const organisation = this.dashboard.chosen();
    if (!form || organisation === null) return;
    const { format, template } = receiverIn(new FormData(form));
    await this.#preview.load(() => this.dashboard.alertsApi.preview(organisation, format, template));
  }

  #together() {
    const { receiver, format } = this;
    if (format === 'alertmanager-v2') return nothing;
    const by = receiver?.groupBy;
    return html`<details class="level-table" ?open=${by !== undefined || receiver?.repeatIntervalSeconds !== undefined}>
      <summary>Grouping and repetition</summary>
      <div class="fields">
        ${
          format === 'standard'
            ? nothing
            : html`<fieldset class="choices"><legend>Alerts in one message</legend>
                  <label class="check"><input type="checkbox" name="together" .checked=${by !== undefined} /> Tell alerts together</label>
                  ${GROUP_LABELS.map((label) => html`<label class="check"><input type="checkbox" name="groupBy" value=${label} .checked=${by?.includes(label) ?? false} /> of the same ${GROUP_WORDS[label]}</label>`)}
                </fieldset>
                ${durationField('groupWaitSeconds', 'Wait for more', receiver?.groupWaitSeconds, 'before the first message of a group')}`
        }
        ${durationField('repeatIntervalSeconds', 'Tell again after', receiver?.repeatIntervalSeconds, 'while it still fires; empty: once')}
      </div>
    </details>`;
  }

  #more(receiver: WebhookView, loading: boolean) {
    const ends = receiver.oldSecretEndsAt;
    const { live, timeZone } = this.dashboard;
    return html`<button type="button" class="button" aria-disabled=${loading} @click=${() => void this.#test(receiver.id)}>Send a test</button>
      ${
        FORMATS_WITHOUT_SECRET.includes(receiver.format)
          ? nothing
          : html`<button type="button" class="button" @click=${() => this.querySelector<RotateDialog>('hw-rotate-dialog')?.open(receiver)}>Another secret …</button>`
      }
      <button type="button" class="button" @click=${() => void this.#remove(receiver.id)}>Delete the receiver</button>
      ${ends === undefined ? nothing : html`<span class="soft">The old secret signs until ${exactInstant(ends, live.serverNow(), timeZone())}</span>`}`;
  }

  readonly #choose = (event: Event) => {
    this.format = (event.currentTarget as HTMLSelectElement).value as WebhookFormat;
    this.#preview.reset();
  };

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const { alertsApi } = this.dashboard;
    let id = this.receiver?.id ?? '';
    const saved = await this.#acting.act('Saved', async (of) => {
      // A new receiver never takes the place of one that is there.
      if (!this.receiver)
        id = idFor(
          String(data.get('id')),
          (await alertsApi.receivers(of)).map((one) => one.id),
        );
      this.secret = await alertsApi.putReceiver(of, id, receiverIn(data));
    });
    const { navigation } = this.dashboard;
    if (saved && !this.receiver) navigation.go(navigation.href({ page: 'alerts', view: 'receivers', id }));
  }

  /** Sends a test and tells what came of it. */
  async #test(id: string): Promise<void> {
    const { alertsApi, live } = this.dashboard;
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    await this.#acting.load(async (signal) => {
      const { id: delivery } = await alertsApi.test(organisation, id);
      this.#changed();
      const end = live.serverNow() + TEST_MS;
      while (live.serverNow() < end) {
        const { status, attempts } = await alertsApi.delivery(organisation, id, delivery, signal);
        const last = attempts.at(-1);
        if (last) {
          const took = last.durationMs === undefined ? '' : ` in ${Math.round(last.durationMs)} ms`;
          const answer = last.status === undefined ? 'no answer' : `answered ${last.status}`;
          return status === 'delivered' ? `The test was delivered: ${answer}${took}` : `The test failed: ${last.error ?? answer}`;
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      return 'The test is on its way; see below what comes of it';
    });
    this.#changed();
  }

  async #remove(id: string): Promise<void> {
    if (!asked(`Delete the receiver “${id}” with its messages?`)) return;
    const gone = await this.#acting.act('Deleted', (of) => this.dashboard.alertsApi.deleteReceiver(of, id));
    const { navigation } = this.dashboard;
    if (gone) navigation.go(navigation.href({ page: 'alerts', view: 'receivers' }));
  }

  #changed(): void {
    this.dispatchEvent(new CustomEvent('changed'));
  }
}

/** Where the daemon's words for a receiver stand in its form. */
const placeOf =
  (format: WebhookFormat) =>
  (path: string): string => {
    if (path === 'template') return 'body';
    if (path === 'url' && format === 'email') return 'to';
    return path.replace(/^template\./, '');
  };

/** The terms that a form holds; `PUT` replaces everything. */
function receiverIn(data: FormData): Receiver {
  const text = (name: string) => String(data.get(name) ?? '').trim();
  const format = text('format') as WebhookFormat;
  const [wait, again] = [durationIn(data, 'groupWaitSeconds'), durationIn(data, 'repeatIntervalSeconds')];
  return {
    ...(format === 'email'
      ? {
          to: text('to')
            .split(/[\s,;]+/)
            .filter(Boolean),
        }
      : { url: text('url') }),
    format,
    events: data.getAll('events') as WebhookEventType[],
    enabled: data.has('enabled'),
    ...(format === 'template' && { template: { contentType: text('contentType'), body: String(data.get('body') ?? '') } }),
    ...(text('secret') !== '' && { secret: text('secret') }),
    ...(data.has('together') && { groupBy: data.getAll('groupBy') as GroupLabel[] }),
    ...(data.has('together') && wait !== undefined && { groupWaitSeconds: wait }),
    ...(again !== undefined && { repeatIntervalSeconds: again }),
  };
}

customElements.define('hw-receiver-form', ReceiverForm);
