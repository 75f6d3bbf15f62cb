import { html } from 'lit';
import type { Dashboard } from '../controllers/dashboard.ts';
import { FreshnessController } from '../controllers/freshness-controller.ts';
import { clockTime, zoneLabel } from '../format/time.ts';
import { LightElement } from './light-element.ts';
import { freshnessShape } from './shapes.ts';

/** The connection's state, the data's age and a running clock: always on screen. A clock that stands still means a page that hangs. */
export class ConnectionStatus extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #freshness = new FreshnessController(this, () => this.dashboard);

  override render() {
    const { kind, brief } = this.#freshness.value;
    const zone = this.dashboard.timeZone();
    const { now } = this.#freshness;
    return html`<p class="connection connection-${kind}" data-connection=${kind}>
      ${freshnessShape(kind)}<span class="connection-words">${brief}</span>
      <time class="clock" title=${zoneLabel(now, zone)}>${clockTime(now, zone)}</time>
    </p>`;
  }
}

customElements.define('hw-connection-status', ConnectionStatus);
