import { html, nothing } from 'lit';
import type { Dashboard } from '../controllers/dashboard.ts';
import { FreshnessController } from '../controllers/freshness-controller.ts';
import { LightElement } from './light-element.ts';
import { freshnessShape } from './shapes.ts';

/** Says across the page, in words, that the numbers are old and since when. Spoken once, not every second. */
export class FreshnessBanner extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #freshness = new FreshnessController(this, () => this.dashboard);

  override render() {
    const { kind, sentence, announcement } = this.#freshness.value;
    return html`<p class="unseen" role="status">${announcement}</p>
      ${sentence === null ? nothing : html`<p class="banner banner-${kind}" data-banner=${kind}>${freshnessShape(kind)}<span>${sentence}</span></p>`}`;
  }
}

customElements.define('hw-freshness-banner', FreshnessBanner);
