import { html, nothing } from 'lit';
import type { BillingPeriodView } from '../../shared/bill.ts';
import { formatMoney } from '../../shared/numbers.ts';
import type { PoolFigures, WhatIf, WhatIfType } from '../../shared/what-if.ts';
import type { WhatIfBody } from '../client/reports-api.ts';
import { downloadCsv } from '../components/download.ts';
import { chosenType, licencePicker } from '../components/licence-picker.ts';
import { LightElement } from '../components/light-element.ts';
import { fieldErrors, problemReport } from '../components/problem-report.ts';
import { progressBar } from '../components/progress-bar.ts';
import { refusals } from '../components/refusals.ts';
import { AskController } from '../controllers/ask-controller.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import { inWords } from '../format/duration.ts';
import { formatCount } from '../format/number.ts';

const FIELDS = ['concurrent', 'contingency', 'unitPrice', 'contingencyPrice'] as const;
type Field = (typeof FIELDS)[number];
const WORDS: Record<Field, string> = {
  concurrent: 'Concurrent licences',
  contingency: 'Contingency (overflow) licences',
  unitPrice: 'Price of a concurrent licence',
  contingencyPrice: 'Price of a contingency licence',
};
/** Sessions that may be left out of what is played. */
const LEFT_OUT = [
  ['secondDevices', 'Without deskphones and other devices left on after the desktop logged out'],
  ['staleSessions', 'Without sessions open longer than the organisation’s limit'],
] as const;
/** Everything that was entered. */
const OWN: Record<string, undefined> = Object.fromEntries([...FIELDS, ...LEFT_OUT.map(([id]) => id)].map((field) => [field, undefined]));
/** Between the last key and the question. */
const PAUSE_MS = 250;

/** A past period under other pool sizes and prices: what it would have cost, and whom it would have hit. */
export class WhatIfPage extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #periods = new AskController<BillingPeriodView[]>(this, {
    key: () => this.#organisation,
    ask: (signal) => this.dashboard.reports.billingPeriods(this.#organisation ?? '', signal),
  });
  readonly #answer = new AskController<WhatIf>(this, {
    key: () => (this.#body ? JSON.stringify([this.#organisation, this.#body]) : null),
    ask: (signal, heard) => this.dashboard.reports.whatIf(this.#organisation ?? '', this.#body as WhatIfBody, signal, heard),
    within: () => JSON.stringify([this.#organisation, chosenType(this.dashboard)]),
  });

  constructor() {
    super();
    new WatchController(this, () => [this.dashboard.navigation, this.dashboard.directory, this.dashboard.live]);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  get #organisation(): string | null {
    return this.dashboard.organisation()?.organisation ?? null;
  }

  /** That of the address, else the last that is over. */
  get #period(): string | null {
    const periods = this.#periods.value ?? [];
    return this.dashboard.navigation.query('period') ?? (periods.find(({ provisional }) => !provisional) ?? periods[0])?.period ?? null;
  }

  /** What stands in the address, else what is bought. */
  #value(field: Field): number {
    const type = chosenType(this.dashboard) ?? '';
    const asked = Number(this.dashboard.navigation.query(field) ?? Number.NaN);
    if (Number.isFinite(asked) && asked >= 0) return field === 'concurrent' || field === 'contingency' ? Math.floor(asked) : asked;
    return this.dashboard.organisation()?.entitlements[type]?.[field] ?? 0;
  }

  #leavesOut(id: (typeof LEFT_OUT)[number][0]): boolean {
    return this.dashboard.navigation.query(id) === 'true';
  }

  get #body(): WhatIfBody | null {
    const [type, period] = [chosenType(this.dashboard), this.#period];
    if (this.#organisation === null || type === null || period === null) return null;
    const asked = (fields: Field[]) => fields.some((field) => this.dashboard.navigation.query(field) !== null);
    const sizes = { concurrent: this.#value('concurrent'), contingency: this.#value('contingency') };
    const prices = { unitPrice: this.#value('unitPrice'), contingencyPrice: this.#value('contingencyPrice') };
    return {
      period,
      licenceTypes: [type],
      ...(LEFT_OUT.some(([id]) => this.#leavesOut(id)) && {
        without: Object.fromEntries(LEFT_OUT.filter(([id]) => this.#leavesOut(id)).map(([id]) => [id, true as const])),
      }),
      ...(asked(['concurrent', 'contingency']) && { sizes: { [type]: sizes } }),
      ...(asked(['unitPrice', 'contingencyPrice']) && { prices: { [type]: prices } }),
    };
  }

  override render() {
    const { navigation, live } = this.dashboard;
    const type = chosenType(this.dashboard);
    const choose = (event: Event) => navigation.go(navigation.here({ period: (event.target as HTMLSelectElement).value }));
    const found = this.#answer.value?.licences.find(({ licenceType }) => licenceType === type);
    return html`<header class="page-head">
        <div>
          <h1>What if</h1>
          <p class="page-note">A billing period of the past, played again with other pools and prices</p>
        </div>
        <p class="page-tools">
          ${licencePicker(this.dashboard, OWN)}
          <label class="field"
            ><span>Period</span
            ><select @change=${choose}>
              ${(this.#periods.value ?? []).map(
                ({ period, provisional }) =>
                  html`<option value=${period} .selected=${period === this.#period}>${period}${provisional ? ', running' : ''}</option>`,
              )}
            </select></label
          >
        </p>
      </header>
      ${type === null && live.state() ? html`<p class="lead section">Nobody has used a licence of this organisation yet.</p>` : this.#form()}
      ${problemReport(this.#periods.error)} ${this.#problem()} ${found && !this.#answer.error ? this.#result(found) : nothing}
      ${this.#waiting()}`;
  }

  #form() {
    // That it cannot work this out is no fault of a field.
    const asked = fieldErrors(this.#answer.error).length > 0 ? this.#answer.error : null;
    return html`<form class="panel section" ${refusals(asked, { place: placeOf, focus: false })} @input=${this.#change} @submit=${(event: Event) => event.preventDefault()}>
        <div class="fields">${FIELDS.map((field) => this.#field(field))}</div>
        ${LEFT_OUT.map(
          ([id, words]) =>
            html`<label class="check"><input type="checkbox" name=${id} .checked=${this.#leavesOut(id)} /> <span>${words}</span></label>`,
        )}
        <p class="chart-tools"><a class="button" href=${this.dashboard.navigation.here(OWN)}>As it is bought now</a></p>
      </form>`;
  }

  /** The first question about a large month takes seconds. */
  #waiting() {
    const { loading, progress, value, error } = this.#answer;
    if (loading)
      return progressBar(value ? 'Playing these numbers' : `Reading every login of ${this.#period}`, progress, () => this.#answer.cancel());
    if (value || error || this.#body === null) return nothing;
    return html`<p class="section" role="status">Cancelled. <button type="button" class="button" @click=${() => this.#answer.again()}>Work it out</button></p>`;
  }

  #problem() {
    const { error } = this.#answer;
    if (fieldErrors(error).length > 0) return nothing;
    if (!error || !('status' in error) || error.status !== 404) return problemReport(error);
    return html`<p class="lead section">This daemon does not work out what-if questions. The bill and its rules are on the Billing page.</p>`;
  }

  #field(field: Field) {
    const value = this.#value(field);
    const sizes = field === 'concurrent' || field === 'contingency';
    const most = Math.max(20, 2 * (this.#answer.value?.licences[0]?.peak.value ?? 50), value);
    return html`<label class="field"
      ><span>${WORDS[field]}</span>
      <input name=${field} type="number" min="0" step=${sizes ? '1' : 'any'} .value=${String(value)} />
      ${sizes ? html`<input name=${field} type="range" min="0" max=${most} step="1" .value=${String(value)} aria-label="${WORDS[field]}, slider" />` : nothing}
    </label>`;
  }

  #change(event: Event): void {
    const { name, value, type, checked } = event.target as HTMLInputElement;
    clearTimeout(this.#timer);
    const said = type === 'checkbox' ? (checked ? 'true' : undefined) : value;
    this.#timer = setTimeout(() => this.dashboard.navigation.amend({ [name]: said }), PAUSE_MS);
  }

  #result(found: WhatIfType) {
    const money = (price: number | null) => (price === null ? 'no price set' : formatMoney(price));
    const lines: [string, (numbers: PoolFigures) => string][] = [
      ['Time in contingency', ({ secondsInContingency }) => inWords(secondsInContingency * 1_000)],
      ['Time over limit', ({ secondsOverLimit }) => inWords(secondsOverLimit * 1_000)],
      ['Logins into contingency', ({ loginsInContingency }) => formatCount(loginsInContingency)],
      ['Logins over limit', ({ loginsOverLimit }) => formatCount(loginsOverLimit)],
      ['Most contingency used', ({ contingencyMaxUsed }) => formatCount(contingencyMaxUsed)],
    ];
    const { peak, peakWithout, cheapest, curve, price, suggestion, licenceType } = found;
    const save = () =>
      downloadCsv(`what-if-${licenceType}`, [
        ['Concurrent', 'Contingency', 'Price', 'Seconds In Contingency', 'Seconds Over Limit'],
        ...curve.map((one) => [one.concurrent, one.contingency, one.price, one.secondsInContingency, one.secondsOverLimit]),
      ]);
    return html`<p class="answer" role="status" aria-busy=${this.#answer.loading ? 'true' : 'false'}>${suggestion}</p>
      <section class="panel section">
        <h2>What it changes</h2>
        <table class="table table-narrow">
          <thead>
            <tr><th scope="col">${licenceType}</th><th scope="col" class="number">As it was</th><th scope="col" class="number">With these numbers</th></tr>
          </thead>
          <tbody>
            ${lines.map(
              ([words, read]) =>
                html`<tr><th scope="row" data-label="">${words}</th><td class="number" data-label="As it was">${read(found.asIs)}</td><td class="number" data-label="With these numbers">${read(found)}</td></tr>`,
            )}
          </tbody>
        </table>
        <dl class="facts">
          <dt>Price</dt>
          <dd>${money(price)}</dd>
          <dt>Cheapest</dt>
          <dd>${cheapest ? `${formatCount(cheapest.concurrent)} concurrent and ${formatCount(cheapest.contingency)} contingency for ${money(cheapest.price)}, nobody over limit` : 'unknown without prices'}</dd>
          <dt>Peak</dt>
          <dd>${formatCount(peak.value)}</dd>
          <dt>Without forgotten sessions</dt>
          <dd>${formatCount(peakWithout.staleSessions.value)} (${formatCount(peakWithout.staleSessions.saves)} fewer)</dd>
          <dt>Without second devices left behind</dt>
          <dd>${formatCount(peakWithout.secondDevices.value)} (${formatCount(peakWithout.secondDevices.saves)} fewer)</dd>
        </dl>
      </section>
      <section class="section">
        <p class="list-status"><span>What other numbers of concurrent licences would cost</span><button type="button" class="button" @click=${save}>Export as CSV</button></p>
        <table class="table table-narrow">
          <thead>
            <tr><th scope="col" class="number">Concurrent</th><th scope="col" class="number">Contingency needed</th><th scope="col" class="number">Price</th><th scope="col" class="number">Time in contingency</th></tr>
          </thead>
          <tbody>
            ${curve.map(
              (one) =>
                html`<tr><th scope="row" class="number" data-label="Concurrent">${formatCount(one.concurrent)}</th><td class="number" data-label="Contingency needed">${formatCount(one.contingency)}</td><td class="number" data-label="Price">${money(one.price)}</td><td class="number" data-label="Time in contingency">${inWords(one.secondsInContingency * 1_000)}</td></tr>`,
            )}
          </tbody>
        </table>
      </section>`;
  }
}

/** The form is about one licence type. */
const placeOf = (path: string): string => path.replace(/^(?:sizes|prices)\..*\./, '');

customElements.define('hw-what-if-page', WhatIfPage);
