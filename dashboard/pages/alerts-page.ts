import { html } from 'lit';
import type { AlertsView } from '../client/routes.ts';
import { LightElement } from '../components/light-element.ts';
import type { Dashboard } from '../controllers/dashboard.ts';

const PARTS: readonly (readonly [AlertsView, string])[] = [
  ['active', 'Active'],
  ['rules', 'Rules'],
  ['silences', 'Silences'],
  ['receivers', 'Receivers'],
  ['history', 'History'],
];

/** Alerts: what is wrong now, and everything that decides what is told to whom. */
export class AlertsPage extends LightElement {
  static override properties = { dashboard: { attribute: false }, view: { attribute: false }, item: { attribute: false } };
  declare dashboard: Dashboard;
  declare view: AlertsView;
  declare item: string | null;

  constructor() {
    super();
    this.view = 'active';
    this.item = null;
  }

  override render() {
    const { navigation } = this.dashboard;
    return html`<header class="page-head"><h1>Alerts</h1></header>
      <nav class="parts" aria-label="Parts of alerts">
        ${PARTS.map(
          ([view, words]) =>
            html`<a href=${navigation.href({ page: 'alerts', view })} aria-current=${this.view === view ? 'page' : 'false'}>${words}</a>`,
        )}
      </nav>`;
  }
}

customElements.define('hw-alerts-page', AlertsPage);
