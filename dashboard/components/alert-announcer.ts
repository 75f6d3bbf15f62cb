import { html } from 'lit';
import { wordsOf } from '../controllers/alert-watch.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import { activeAlerts, SEVERITY_WORDS } from '../format/alert-order.ts';
import { formatCount } from '../format/number.ts';
import { LightElement } from './light-element.ts';

/** Least milliseconds between two announcements: what fires together is told together. */
const PAUSE_MS = 3_000;
const MOST_TOLD = 3;

/** Says to those who listen that an alert has begun to fire. Politely, once for each, and nothing of those that were there before. */
export class AlertAnnouncer extends LightElement {
  static override properties = { dashboard: { attribute: false }, words: { state: true } };
  declare dashboard: Dashboard;
  declare words: string;

  #told: { organisation: string; ids: Set<string> } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.words = '';
    new WatchController(this, () => [this.dashboard.alerts]);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  override willUpdate(): void {
    // The first numbers of an organisation are no news.
    if (this.#told?.organisation !== this.dashboard.live.state()?.organisation) this.#tell();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, PAUSE_MS);
  }

  #tell(): void {
    const state = this.dashboard.live.state();
    if (!state) return;
    const firing = activeAlerts(state.alerts).filter((alert) => alert.state === 'firing');
    const before = this.#told?.organisation === state.organisation ? this.#told.ids : null;
    this.#told = { organisation: state.organisation, ids: new Set(firing.map(({ id }) => id)) };
    const fresh = before === null ? [] : firing.filter(({ id }) => !before.has(id));
    if (fresh.length === 0) return;
    const told = fresh.slice(0, MOST_TOLD).map((alert) => {
      const type = alert.licenceType === '*' ? '' : `${alert.licenceType}: `;
      return `${SEVERITY_WORDS[alert.severity]} alert. ${type}${wordsOf(this.dashboard, alert).title}`;
    });
    this.words = [...told, ...(fresh.length > MOST_TOLD ? [`And ${formatCount(fresh.length - MOST_TOLD)} more`] : [])].join('. ');
  }

  override render() {
    return html`<p class="unseen" role="status">${this.words}</p>`;
  }
}

customElements.define('hw-alert-announcer', AlertAnnouncer);
