import { html, nothing } from 'lit';
import { formatMoney } from '../../../shared/numbers.ts';
import type { WhatIf, WhatIfType } from '../../../shared/what-if.ts';
import { downloadCsv } from '../../components/download.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import { progressBar } from '../../components/progress-bar.ts';
import { AskController } from '../../controllers/ask-controller.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { inWords } from '../../format/duration.ts';
import { countOf, formatCount } from '../../format/number.ts';

const money = (price: number | null): string => (price === null ? '–' : formatMoney(price));

/** What a period teaches for the next one: how many licences to buy, and what the peaks would have been without what was left on. */
export class NextMonth extends LightElement {
  static override properties = { dashboard: { attribute: false }, period: { attribute: false }, licenceType: { attribute: false } };
  declare dashboard: Dashboard;
  declare period: string;
  declare licenceType: string;

  readonly #answer = new AskController<WhatIf>(this, {
    key: () => JSON.stringify([this.#organisation, this.period]),
    ask: (signal, heard) => this.dashboard.reports.whatIf(this.#organisation, { period: this.period }, signal, heard),
  });

  get #organisation(): string {
    return this.dashboard.organisation()?.organisation ?? '';
  }

  override render() {
    const { value, loading, progress, error } = this.#answer;
    return html`<section class="panel section" aria-label="Next month">
      <h2>What to buy for the next month</h2>
      ${problemReport(error)}
      ${loading ? progressBar(`Playing ${this.period} with other numbers`, progress, () => this.#answer.cancel()) : nothing}
      ${value ? this.#result(value) : loading || error ? nothing : html`<p role="status">Cancelled. <button type="button" class="button" @click=${() => this.#answer.again()}>Work it out</button></p>`}
    </section>`;
  }

  #result({ licences, staleAfterSeconds, provisional }: WhatIf) {
    const chosen = licences.find(({ licenceType }) => licenceType === this.licenceType);
    const stale = inWords(staleAfterSeconds * 1_000);
    const save = () =>
      downloadCsv(`next-month-${this.period}`, [
        [
          'Licence Type',
          'Bought',
          'Peak',
          'Without Devices Left On',
          'Without Forgotten Sessions',
          'Buy',
          'Contingency',
          'Price',
          'Price As Bought',
        ],
        ...licences.map(({ licenceType, asIs, peak, peakWithout, cheapest, price }) => [
          licenceType,
          asIs.concurrent,
          peak.value,
          peakWithout.secondDevices.value,
          peakWithout.staleSessions.value,
          cheapest?.concurrent ?? null,
          cheapest?.contingency ?? null,
          cheapest?.price ?? null,
          price,
        ]),
      ]);
    return html`${chosen ? this.#answerOf(chosen, stale) : nothing}
      <p class="list-status">
        <span>If what comes is like ${provisional ? `what there is of ${this.period}` : this.period}, with nobody over limit</span>
        <button type="button" class="button" @click=${save}>Export as CSV</button>
      </p>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Licence type</th>
            <th scope="col" class="number">Bought now</th>
            <th scope="col" class="number">Peak</th>
            <th scope="col" class="number" title="Deskphones and other devices count only while their user is at a desktop">Without devices left on</th>
            <th scope="col" class="number" title="Sessions end after ${stale}">Without sessions over ${stale}</th>
            <th scope="col" class="number">Buy</th>
            <th scope="col" class="number">Price</th>
            <th scope="col" class="number">As bought now</th>
          </tr>
        </thead>
        <tbody>
          ${licences.map((one) => this.#row(one))}
        </tbody>
      </table>`;
  }

  #row({ licenceType, asIs, peak, peakWithout, cheapest, price }: WhatIfType) {
    const fewer = ({ value, saves }: WhatIfType['peakWithout']['secondDevices']) =>
      html`${formatCount(value)}${saves > 0 ? html` <span class="soft">${formatCount(saves)} fewer</span>` : nothing}`;
    return html`<tr>
      <th scope="row" data-label="Licence type"><a href=${this.#toWhatIf(licenceType)}>${licenceType}</a></th>
      <td class="number" data-label="Bought now">${asIs.concurrent === null ? 'no limit' : formatCount(asIs.concurrent)}</td>
      <td class="number" data-label="Peak">${formatCount(peak.value)}</td>
      <td class="number" data-label="Without devices left on">${fewer(peakWithout.secondDevices)}</td>
      <td class="number" data-label="Without forgotten sessions">${fewer(peakWithout.staleSessions)}</td>
      <td class="number" data-label="Buy"><strong>${formatCount(cheapest?.concurrent ?? peak.value)}</strong>${cheapest && cheapest.contingency > 0 ? html` <span class="soft">and ${formatCount(cheapest.contingency)} contingency</span>` : nothing}</td>
      <td class="number" data-label="Price">${money(cheapest?.price ?? null)}</td>
      <td class="number" data-label="As bought now">${money(price)}</td>
    </tr>`;
  }

  #answerOf({ licenceType, asIs, cheapest, price, peak, peakWithout }: WhatIfType, stale: string) {
    const buy = cheapest?.concurrent ?? peak.value;
    const contingency = cheapest?.contingency ?? 0;
    const change = asIs.concurrent === null ? 0 : buy - asIs.concurrent;
    const words = change === 0 ? 'as many as now' : `${formatCount(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'} than now`;
    const { secondDevices, staleSessions } = peakWithout;
    return html`<p class="answer">
        Buy <strong>${countOf(buy, `${licenceType} licence`)}</strong>${asIs.concurrent === null ? '' : ` (${words})`} and ${contingency === 0 ? 'no contingency' : `${formatCount(contingency)} of contingency`}${cheapest ? html`: ${money(cheapest.price)}${price === null ? '' : ` instead of ${formatMoney(price)}`}` : '. Without prices this is simply enough for everybody'}.
      </p>
      <p>
        Without the deskphones and other devices left on after the desktop logged out the peak of ${formatCount(peak.value)} would have been
        <strong>${formatCount(secondDevices.value)}</strong>; without sessions that were open longer than ${stale}, <strong>${formatCount(staleSessions.value)}</strong>.
        <a href=${this.#toWhatIf(licenceType)}>Try other numbers</a>
      </p>`;
  }

  #toWhatIf(licenceType: string): string {
    return this.dashboard.navigation.href({ page: 'what-if' }, { period: this.period, licenceType });
  }
}

customElements.define('hw-next-month', NextMonth);
