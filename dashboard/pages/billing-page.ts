import { html } from 'lit';
import { LightElement } from '../components/light-element.ts';
import { partsNav } from '../components/parts-nav.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import './billing/bill-view.ts';
import './billing/comparison-view.ts';
import './billing/statements-view.ts';

const PARTS = [
  ['bill', 'The bill'],
  ['statements', 'Statements'],
  ['comparison', 'A vendor’s figures'],
] as const;
type Part = (typeof PARTS)[number][0];

/** What a period is billed by, what was closed, and what others say it was. The part stands in the address. */
export class BillingPage extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  constructor() {
    super();
    new WatchController(this, () => [this.dashboard.navigation, this.dashboard.directory]);
  }

  override render() {
    const { dashboard } = this;
    const { navigation } = dashboard;
    const part: Part = PARTS.find(([one]) => one === navigation.query('part'))?.[0] ?? 'bill';
    const href = (to: Part) =>
      navigation.href({ page: 'billing' }, { period: navigation.query('period') ?? undefined, part: to === 'bill' ? undefined : to });
    const parts = PARTS.map(([one, words]) => ({ words, href: href(one), here: one === part }));
    return html`${partsNav('Parts of billing', parts)}
      ${this.#part(part)}`;
  }

  #part(part: Part) {
    const { dashboard } = this;
    switch (part) {
      case 'bill':
        return html`<hw-bill .dashboard=${dashboard}></hw-bill>`;
      case 'statements':
        return html`<hw-statements .dashboard=${dashboard}></hw-statements>`;
      case 'comparison':
        return html`<hw-comparison .dashboard=${dashboard}></hw-comparison>`;
    }
  }
}

customElements.define('hw-billing-page', BillingPage);
