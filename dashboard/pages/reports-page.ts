import { html } from 'lit';
import { LightElement } from '../components/light-element.ts';
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
    const link = (words: string, part: string | undefined, here: boolean) =>
      html`<a href=${navigation.href({ page: 'reports' }, { part })} aria-current=${here ? 'page' : 'false'}>${words}</a>`;
    return html`<nav class="parts" aria-label="Parts of reports">${link('Build a report', undefined, !saved)} ${link('Saved reports', 'saved', saved)}</nav>
      ${saved ? html`<hw-saved-reports .dashboard=${dashboard}></hw-saved-reports>` : html`<hw-report-builder .dashboard=${dashboard}></hw-report-builder>`}`;
  }
}

customElements.define('hw-reports-page', ReportsPage);
