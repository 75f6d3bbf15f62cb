import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { parseInstant } from '../../shared/time.ts';
import { alertMark } from '../components/alert-mark.ts';
import { inlineStyle } from '../components/inline-style.ts';
import { LightElement } from '../components/light-element.ts';
import { alertShape } from '../components/shapes.ts';
import { shownName } from '../components/shown-name.ts';
import { asKnown, wordsOf } from '../controllers/alert-watch.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { SecondController } from '../controllers/second-controller.ts';
import { SizeController } from '../controllers/size-controller.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import { type AlertGroup, alarming } from '../format/alert-groups.ts';
import { SEVERITY_WORDS, STATE_WORDS } from '../format/alert-order.ts';
import { countOf, formatCount } from '../format/number.ts';
import { shortMoment } from '../format/time.ts';
import { type AlertForm, alertRoom } from './alert-room.ts';

/** Letters that stand beside a name, with the room between them. */
const BESIDE_NAME: Record<AlertForm, number> = { card: 26, line: 36, name: 6.5 };

/** What the rule's name says is not so at this moment. */
const EASING = html`<span class="wall-alert-since">, easing</span>`;

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
    const own = (alerts.alerts() ?? []).filter(({ licenceType }) => licenceType === '*' || this.types.has(licenceType));
    const groups = alarming(own).map((group) => ({ ...group, worst: asKnown(this.dashboard, group.worst) }));
    this.hidden = groups.length === 0;
    if (groups.length === 0) return nothing;
    const letter = Number.parseFloat(getComputedStyle(this).fontSize) * 0.5;
    const { form, columns, shown, waiting } = alertRoom(groups, this.#size.width / letter, live.serverNow());
    // Names are bold, so a little wider than the letters that the strip is measured in.
    const nameLetters = Math.max(8, (this.#size.width / letter / columns - BESIDE_NAME[form]) * 0.88);
    return html`<ul class="wall-alerts wall-alerts-${form}" aria-label="Alerts" style=${inlineStyle({ '--columns': `${columns}` })}>
      ${form === 'name' ? html`<li class="wall-alert-heading">${headingOf(groups)}</li>` : nothing}
      ${repeat(
        shown,
        ({ worst }) => worst.id,
        (group, index) => this.#alert(group, form, index === shown.length - 1 ? waiting : 0, nameLetters),
      )}
    </ul>`;
  }

  /**
   * @param waiting how many licence types have their turn later
   * @param letters that the name has room for
   */
  #alert({ worst, more }: AlertGroup<LiveAlert>, form: AlertForm, waiting: number, letters: number) {
    const { title, now: value, easing } = wordsOf(this.dashboard, worst);
    const others = more > 0 && form === 'card' ? html`<span class="wall-alert-more">+ ${formatCount(more)}</span>` : nothing;
    const turn = waiting > 0 ? html`<span class="wall-alert-turn">${formatCount(waiting)} more in turn</span>` : nothing;
    const name = worst.licenceType === '*' ? 'All licence types' : worst.licenceType;
    const what = html`${form === 'name' ? nameMark(worst) : alertMark(worst)} <b>${shownName(name, [...this.types], letters)}</b> ${others}`;
    const body = {
      card: () => html`<p class="wall-alert-what">${what} ${turn}</p>
        <p class="wall-alert-title">${title}</p>
        <p class="wall-alert-now">${this.#now(value, worst)}${easing ? EASING : nothing}</p>`,
      line: () => html`<p class="wall-alert-what">${what} ${waiting > 0 ? turn : this.#since(worst)}${easing ? EASING : nothing}</p>`,
      name: () => html`<p class="wall-alert-what">${what}</p>`,
    }[form];
    return html`<li class="wall-alert" data-alert=${worst.id} data-severity=${worst.severity} data-alert-state=${worst.state}>${body()}</li>`;
  }

  #now(value: string, alert: LiveAlert) {
    const old = value !== '' && this.dashboard.live.standsStill() ? html`<span class="old-word">, old</span>` : nothing;
    return html`<strong class="live-number">${value}</strong>${old} ${this.#since(alert)}`;
  }

  #since({ startsAt }: LiveAlert) {
    const { live, timeZone } = this.dashboard;
    const now = live.serverNow();
    const start = shortMoment(parseInstant(startsAt) ?? now, now, timeZone());
    return html`<span class="wall-alert-since">${live.standsStill() ? `began ${start}` : `since ${start.replace(/^(?:at|on) /, '')}`}</span>`;
  }
}

/** `7 critical, 2 warnings`, and `not known` where that holds for all: the names below have their shapes only, and not all warnings may be there at once. */
function headingOf(groups: readonly AlertGroup<LiveAlert>[]) {
  const critical = groups.filter(({ worst }) => worst.severity === 'critical').length;
  const lesser = groups.length - critical;
  const known = groups.every(({ worst }) => worst.state === 'unknown') ? ', not known' : '';
  return `${formatCount(critical)} critical${lesser > 0 ? `, ${countOf(lesser, 'warning')}` : ''}${known}`;
}

/** The shape; the words are the heading's, and for those who listen. */
const nameMark = ({ severity, state }: LiveAlert) =>
  html`<span class="alert-mark" data-severity=${severity} data-alert-state=${state}
    >${alertShape(severity, state)}<span class="unseen">${SEVERITY_WORDS[severity]}, ${STATE_WORDS[state].toLowerCase()}</span></span
  >`;

customElements.define('hw-wall-alerts', WallAlerts);
