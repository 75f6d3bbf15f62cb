import { html } from 'lit';
import { LightElement } from '../components/light-element.ts';
import { partsNav } from '../components/parts-nav.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import './reports/builder-view.ts';
import './reports/saved-view.ts';

/** Reports: one to build, and those that are kept and made by themselves. The part stands in the address. */
export class ReportsPage extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  constructor() {
    super();
    new WatchController(this, () => [this.dashboard.navigation, this.dashboard.directory]);
  }

  override render() {
    const { dashboard } = this;
    const { navigation } = dashboard;
    const saved = navigation.query('part') === 'saved';
    const parts = [
      { words: 'Build a report', href: navigation.href({ page: 'reports' }), here: !saved },
      { words: 'Saved reports', href: navigation.href({ page: 'reports' }, { part: 'saved' }), here: saved },
    ];
    return html`${partsNav('Parts of reports', parts)}
      ${saved ? html`<hw-saved-reports .dashboard=${dashboard}></hw-saved-reports>` : html`<hw-report-builder .dashboard=${dashboard}></hw-report-builder>`}`;
  }
}

customElements.define('hw-reports-page', ReportsPage);
