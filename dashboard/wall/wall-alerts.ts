import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { parseInstant } from '../../shared/time.ts';
import { alertMark } from '../components/alert-mark.ts';
import { inlineStyle } from '../components/inline-style.ts';
import { LightElement } from '../components/light-element.ts';
import { wordsOf } from '../controllers/alert-watch.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { SecondController } from '../controllers/second-controller.ts';
import { SizeController } from '../controllers/size-controller.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import { type AlertGroup, alarming, turning } from '../format/alert-groups.ts';
import { formatCount } from '../format/number.ts';
import { shortMoment } from '../format/time.ts';

/** Least width of one alert, in letters. */
const LETTERS = 46;

/** What is wrong, above the tiles of a wall: a strip that takes its own room, and none when nothing is. */
export class WallAlerts extends LightElement {
  static override properties = { dashboard: { attribute: false }, types: { attribute: false } };
  declare dashboard: Dashboard;
  /** Licence types of the board; what concerns all of them is shown on every board. */
  declare types: ReadonlySet<string>;

  readonly #size = new SizeController(this);

  constructor() {
    super();
    this.types = new Set();
    new WatchController(this, () => [this.dashboard.alerts]);
    new SecondController(this, () => this.dashboard.live.serverNow());
  }

  override render() {
    const { live, alerts } = this.dashboard;
    const groups = alarming((alerts.alerts() ?? []).filter(({ licenceType }) => licenceType === '*' || this.types.has(licenceType)));
    this.hidden = groups.length === 0;
    if (groups.length === 0) return nothing;
    const letter = Number.parseFloat(getComputedStyle(this).fontSize) * 0.5;
    const room = Math.max(1, Math.floor(this.#size.width / (LETTERS * letter)));
    const shown = turning(groups, room, live.serverNow());
    return html`<ul class="wall-alerts" aria-label="Alerts" style=${inlineStyle({ '--columns': `${shown.length}` })}>
      ${repeat(
        shown,
        ({ worst }) => worst.id,
        (group, index) => this.#alert(group, index === shown.length - 1 ? groups.length - shown.length : 0),
      )}
    </ul>`;
  }

  /** @param hidden how many licence types have their turn later */
  #alert({ worst, more }: AlertGroup<LiveAlert>, hidden: number) {
    const { live } = this.dashboard;
    const { title, now: value } = wordsOf(this.dashboard, worst);
    const now = live.serverNow();
    const since = parseInstant(worst.startsAt) ?? now;
    const others = more > 0 ? html`<span class="wall-alert-more">+ ${formatCount(more)}</span>` : nothing;
    return html`<li class="wall-alert" data-alert=${worst.id} data-severity=${worst.severity} data-alert-state=${worst.state}>
      <p class="wall-alert-what">
        ${alertMark(worst)} <b>${worst.licenceType === '*' ? 'All licence types' : worst.licenceType}</b> ${others}
        ${hidden > 0 ? html`<span class="wall-alert-turn">${formatCount(hidden)} more in turn</span>` : nothing}
      </p>
      <p class="wall-alert-title">${title}</p>
      <p class="wall-alert-now">
        <strong class="live-number">${value}</strong>${value !== '' && live.standsStill() ? html`<span class="old-word">, old</span>` : nothing}
        <span class="wall-alert-since">since ${shortMoment(since, now, this.dashboard.timeZone()).replace(/^(?:at|on) /, '')}</span>
      </p>
    </li>`;
  }
}

customElements.define('hw-wall-alerts', WallAlerts);
