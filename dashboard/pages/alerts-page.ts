import { html } from 'lit';
import type { AlertsView } from '../client/routes.ts';
import { LightElement } from '../components/light-element.ts';
import { partsNav } from '../components/parts-nav.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import './alerts/active-view.ts';
import './alerts/history-view.ts';
import './alerts/receivers-view.ts';
import './alerts/rules-view.ts';
import './alerts/silences-view.ts';

const PARTS: readonly (readonly [AlertsView, string])[] = [
  ['active', 'Active'],
  ['rules', 'Rules'],
  ['silences', 'Silences'],
  ['receivers', 'Receivers'],
  ['history', 'History'],
];

/** A form belongs to the list that it adds to. */
const PART_OF: Record<AlertsView, AlertsView> = {
  active: 'active',
  rules: 'rules',
  'new-rule': 'rules',
  silences: 'silences',
  receivers: 'receivers',
  'new-receiver': 'receivers',
  history: 'history',
};

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
    const parts = PARTS.map(([view, words]) => ({
      words,
      href: navigation.href({ page: 'alerts', view }),
      here: view === PART_OF[this.view],
    }));
    return html`<header class="page-head"><h1>Alerts</h1></header>
      ${partsNav('Parts of alerts', parts)}
      ${this.#part()}`;
  }

  #part() {
    const { dashboard, view, item } = this;
    switch (view) {
      case 'active':
        return html`<hw-alerts-active .dashboard=${dashboard}></hw-alerts-active>`;
      case 'rules':
      case 'new-rule':
        return html`<hw-alerts-rules .dashboard=${dashboard} .item=${item} .fresh=${view === 'new-rule'}></hw-alerts-rules>`;
      case 'silences':
        return html`<hw-alerts-silences .dashboard=${dashboard}></hw-alerts-silences>`;
      case 'receivers':
      case 'new-receiver':
        return html`<hw-alerts-receivers .dashboard=${dashboard} .item=${item} .fresh=${view === 'new-receiver'}></hw-alerts-receivers>`;
      case 'history':
        return html`<hw-alerts-history .dashboard=${dashboard}></hw-alerts-history>`;
    }
  }
}

customElements.define('hw-alerts-page', AlertsPage);
