import { html, nothing, type TemplateResult } from 'lit';
import type { DeliveryDetailView, DeliveryView } from '../../shared/alerts.ts';
import { parseInstant } from '../../shared/time.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { ResourceController } from '../controllers/resource-controller.ts';
import { exactMoment } from '../format/time.ts';
import { EVENT_WORDS } from '../format/webhook-words.ts';
import { DialogElement } from './dialog-element.ts';
import { problemReport } from './problem-report.ts';

/** What was sent to a receiver, attempt by attempt, and what it answered. */
export class DeliveryDialog extends DialogElement {
  static override properties = { dashboard: { attribute: false }, delivery: { state: true } };
  declare dashboard: Dashboard;
  declare delivery: DeliveryView | null;

  readonly #detail = new ResourceController<DeliveryDetailView>(this);

  constructor() {
    super();
    this.delivery = null;
  }

  open(delivery: DeliveryView): void {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    this.delivery = delivery;
    this.#detail.reset();
    void this.#detail.load((signal) => this.dashboard.alertsApi.delivery(organisation, delivery.webhookId, delivery.id, signal));
    void this.show();
  }

  override render() {
    const { delivery } = this;
    if (!delivery) return nothing;
    const detail = this.#detail.value;
    return this.frame(
      EVENT_WORDS[delivery.type],
      html`<p class="soft"><code>${delivery.type}</code>, id <code>${delivery.id}</code>, the same over all attempts</p>
        ${problemReport(this.#detail.error)}
        ${
          !detail
            ? this.#detail.error
              ? nothing
              : html`<p class="loading">Reading what was sent …</p>`
            : detail.attempts.length === 0
              ? html`<p>It was not tried yet.</p>${body('What will be sent', JSON.stringify(detail.data))}`
              : [...detail.attempts].reverse().map((attempt, index) => this.#attempt(attempt, detail.attempts.length - index, index === 0))
        }`,
    );
  }

  #attempt({ at, status, error, durationMs, request, response }: DeliveryDetailView['attempts'][number], nth: number, open: boolean) {
    const now = this.dashboard.live.serverNow();
    const moment = exactMoment(parseInstant(at) ?? now, now, this.dashboard.timeZone());
    const answer = error ?? (status === undefined ? 'no answer' : `answered ${status}`);
    return html`<details class="attempt" ?open=${open}>
      <summary><strong>Attempt ${nth}</strong> at ${moment}, ${answer}${durationMs === undefined ? '' : `, ${Math.round(durationMs)} ms`}</summary>
      ${
        request === undefined
          ? html`<p class="soft">What was sent is not kept any more.</p>`
          : html`<p><code>${request.method} ${request.url}</code></p>
              ${body(
                'Headers',
                Object.entries(request.headers)
                  .map(([name, value]) => `${name}: ${value}`)
                  .join('\n'),
              )}
              ${body('Body', request.body)} ${response && response.body !== '' ? body('Answer', response.body) : nothing}`
      }
    </details>`;
  }
}

/** JSON is laid out for people; all else stays as it went over the wire. */
const body = (words: string, text: string): TemplateResult =>
  html`<h3>${words}</h3>
    <pre class="command" tabindex="0" aria-label=${words}><code>${laidOut(text)}</code></pre>`;

function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

customElements.define('hw-delivery-dialog', DeliveryDialog);
