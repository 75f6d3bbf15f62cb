import { html, nothing } from 'lit';
import type { BillingRule, BillLicence, BillPrice, BillReceipt, PeakView } from '../../../shared/bill.ts';
import type { BillingPeriodRow, BillNow } from '../../../shared/statements.ts';
import { parseInstant } from '../../../shared/time.ts';
import type { HistoryRow } from '../../../shared/views.ts';
import '../../charts/history-chart.ts';
import { formatMoney } from '../../../shared/numbers.ts';
import { downloadCsv } from '../../components/download.ts';
import { downloadHistory, historyTable } from '../../components/history-table.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import { receiptView } from '../../components/receipt.ts';
import { AskController } from '../../controllers/ask-controller.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { WatchController } from '../../controllers/watch-controller.ts';
import { BILLING_RULES, ruleOf } from '../../format/billing-rules.ts';
import { lengthInWords } from '../../format/duration.ts';
import { bucketInWords } from '../../format/history-words.ts';
import { formatCount } from '../../format/number.ts';
import { dayRange, localDate, rangeInWords, type TimeRange } from '../../format/range.ts';
import { differenceInWords, PERIOD_STATES } from '../../format/statement-words.ts';
import { exactlyWhen, exactMoment, zoneLabel } from '../../format/time.ts';
import { localOfInstant } from '../../format/zone.ts';
import './next-month.ts';

/** Differences shown at once. */
const MOST_DIFFERENCES = 8;

/** What a period is billed by: from the month to a day to its peak to the people in it. */
export class BillView extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #periods = new AskController<BillingPeriodRow[]>(this, {
    key: () => this.#organisation,
    ask: (signal) => this.dashboard.reports.billingPeriods(this.#organisation ?? '', signal),
  });
  readonly #bill = new AskController<BillNow>(this, {
    key: () => (this.#organisation !== null && this.#period !== null ? JSON.stringify([this.#organisation, this.#period]) : null),
    ask: (signal) => this.dashboard.reports.bill(this.#organisation ?? '', this.#period ?? '', signal),
  });
  readonly #days = new AskController<HistoryRow[]>(this, {
    key: () => this.#key('days'),
    ask: (signal) =>
      this.dashboard.reports.history(
        this.#organisation ?? '',
        { licenceType: this.#licence?.licenceType ?? '', ...this.#range, resolution: '1d' },
        signal,
      ),
  });
  readonly #peak = new AskController<PeakView>(this, {
    key: () => (this.#day === null ? null : this.#key(this.#day)),
    ask: (signal) =>
      this.dashboard.reports.peak(
        this.#organisation ?? '',
        { licenceType: this.#licence?.licenceType ?? '', ...dayRange(this.#day ?? '', this.dashboard.timeZone()) },
        signal,
      ),
  });

  constructor() {
    super();
    new WatchController(this, () => [this.dashboard.navigation, this.dashboard.directory]);
  }

  get #organisation(): string | null {
    return this.dashboard.organisation()?.organisation ?? null;
  }

  /** That of the address, else the newest. */
  get #period(): string | null {
    return this.dashboard.navigation.query('period') ?? this.#periods.value?.[0]?.period ?? null;
  }

  get #day(): string | null {
    const day = this.dashboard.navigation.query('day');
    return day !== null && /^\d{4}-\d\d-\d\d$/.test(day) ? day : null;
  }

  /** The type of the address, else the one with the highest mark. */
  get #licence(): BillLicence | null {
    const all = this.#bill.value?.licences ?? [];
    const asked = this.dashboard.navigation.query('licenceType');
    return all.find(({ licenceType }) => licenceType === asked) ?? [...all].sort((a, b) => b.receipt.value - a.receipt.value)[0] ?? null;
  }

  get #range(): TimeRange {
    const bill = this.#bill.value;
    const now = this.dashboard.live.serverNow();
    return { from: parseInstant(bill?.start ?? '') ?? now, to: Math.min(parseInstant(bill?.end ?? '') ?? now, now) };
  }

  #key(what: string): string | null {
    const licence = this.#licence;
    return licence && this.#bill.value ? JSON.stringify([this.#organisation, this.#bill.value.period, licence.licenceType, what]) : null;
  }

  override render() {
    const bill = this.#bill.value;
    const zone = this.dashboard.timeZone();
    return html`<header class="page-head">
        <div>
          <h1>Billing</h1>
          <p class="page-note">${bill ? html`${this.dashboard.organisation()?.name} · ${rangeInWords({ from: parseInstant(bill.start) ?? 0, to: parseInstant(bill.end) ?? 0 }, zone)}, ${zoneLabel(parseInstant(bill.start) ?? 0, zone)}` : 'Billing periods'}</p>
        </div>
        <p class="page-tools">${this.#selects()}</p>
      </header>
      ${problemReport(this.#periods.error)} ${problemReport(this.#bill.error)}
      ${bill ? this.#whole(bill) : this.#bill.error || this.#periods.error ? nothing : html`<p class="lead loading">Reading the bill …</p>`}`;
  }

  #selects() {
    const { navigation } = this.dashboard;
    const go = (changes: Record<string, string | undefined>) => navigation.go(navigation.here(changes));
    const value = (event: Event) => (event.target as HTMLSelectElement).value;
    const rule = ruleOf(navigation.query('rule'));
    return html`<label class="field"
        ><span>Period</span
        ><select @change=${(event: Event) => go({ period: value(event), day: undefined })}>
          ${(this.#periods.value ?? []).map(
            ({ period, state }) =>
              html`<option value=${period} .selected=${period === this.#period}>${period}, ${PERIOD_STATES[state].words}</option>`,
          )}
        </select></label
      >
      <label class="field"
        ><span>Your vendor’s rule</span
        ><select @change=${(event: Event) => go({ rule: value(event) })}>
          ${BILLING_RULES.map(({ id, name }) => html`<option value=${id} .selected=${id === rule.id}>${name}</option>`)}
        </select></label
      >`;
  }

  #whole(bill: BillNow) {
    const licence = this.#licence;
    if (!licence) return html`<p class="lead section">Nobody used a licence in this period.</p>`;
    return html`${this.#remarks(bill)} ${this.#answer(licence)} ${this.#rules(bill)} <hw-next-month .dashboard=${this.dashboard} .period=${bill.period} .licenceType=${licence.licenceType}></hw-next-month> ${this.#receipt(licence)} ${this.#byDay(licence)} ${this.#ofDay(licence)} ${this.#levels(licence)}`;
  }

  #remarks({ provisional, complete, statement, period }: BillNow) {
    return html`<p class="page-note">
      ${provisional ? 'This period is running: all figures are of the part so far.' : 'This period is over.'}
      ${complete ? '' : 'Highwater was not recording all the time: figures may be too low.'} ${statement ? this.#closed(period, statement) : nothing}
    </p>
    ${
      statement && !statement.agrees
        ? html`<div class="notice" role="note">
            <p><strong>The records say otherwise now.</strong> What was billed stays in the statement; the figures below are as the records are today.</p>
            <ul>${statement.differences.slice(0, MOST_DIFFERENCES).map((one) => html`<li>${differenceInWords(one)}</li>`)}${
              statement.differences.length > MOST_DIFFERENCES
                ? html`<li>and ${formatCount(statement.differences.length - MOST_DIFFERENCES)} more</li>`
                : nothing
            }</ul>
          </div>`
        : nothing
    }`;
  }

  #closed(period: string, { number, closedAt, hash, agrees }: NonNullable<BillNow['statement']>) {
    const now = this.dashboard.live.serverNow();
    const when = exactMoment(parseInstant(closedAt) ?? now, now, this.dashboard.timeZone());
    return html`Closed ${when}${number > 1 ? `, ${number === 2 ? 'revised once' : `revised ${number - 1} times`}` : ''}:
      <a href=${this.dashboard.navigation.href({ page: 'billing' }, { part: 'statements', period })}>statement ${number}</a>, <code title=${hash}>${hash.slice(0, 12)}…</code>${agrees ? ', and the records still say the same.' : '.'}`;
  }

  #answer(licence: BillLicence) {
    const rule = ruleOf(this.dashboard.navigation.query('rule'));
    const { at, tippedBy, heldForSeconds, value } = licence.receipt;
    const { price } = licence;
    const now = this.dashboard.live.serverNow();
    const when = at === null ? '' : exactlyWhen(parseInstant(at) ?? now, now, this.dashboard.timeZone());
    return html`<p class="answer">
      <strong>${licence.licenceType}: ${formatCount(licence.highWaterMark[rule.id].value)}</strong> under “${rule.name}”.
      ${at === null ? '' : html`The exact maximum of ${formatCount(value)} was reached ${when}${tippedBy ? `, by the login of ${tippedBy.user}` : ''}, and held for ${lengthInWords(heldForSeconds * 1_000)}.`}
      ${price === undefined ? nothing : this.#price(price, rule.id)}
    </p>`;
  }

  /** What it costs and how that comes about: a number that cannot be derived is not believed. */
  #price(price: BillPrice, rule: BillingRule) {
    const { total, concurrentLicences, contingencyLicences, unitPrice, contingencyPrice, changedInPeriod, byRule } = price;
    const parts = [
      unitPrice === null ? '' : `${formatCount(concurrentLicences)} bought × ${formatMoney(unitPrice)}`,
      contingencyPrice === null ? '' : `${formatCount(contingencyLicences)} of overflow × ${formatMoney(contingencyPrice)}`,
    ].filter(Boolean);
    const mark = byRule[rule];
    return html`It costs <strong>${formatMoney(total)}</strong> (${parts.join(' + ')})${mark === null ? '' : html`; if exactly this mark were paid, ${formatMoney(mark)}`}.
    ${changedInPeriod ? 'Sizes or prices changed in the period: those at its end count.' : nothing}`;
  }

  #receiptOf({ receipt, receipts }: BillLicence): BillReceipt {
    const { id } = ruleOf(this.dashboard.navigation.query('rule'));
    return id === 'p95' ? receipt : receipts[id];
  }

  #rules(bill: BillNow) {
    const { navigation } = this.dashboard;
    const now = this.dashboard.live.serverNow();
    const moment = (at: string | null) => (at === null ? '–' : exactMoment(parseInstant(at) ?? now, now, this.dashboard.timeZone()));
    const chosen = ruleOf(navigation.query('rule')).id;
    const priced = bill.licences.flatMap(({ price }) => price ?? []);
    const save = () =>
      downloadCsv(`bill-${bill.period}`, [
        [
          'Period',
          'Licence Type',
          ...BILLING_RULES.map(({ name }) => name),
          'Reached At (UTC)',
          'Tipped By',
          'Contingency Max Used',
          'Contingency Max At (UTC)',
          'Price',
        ],
        ...bill.licences.map(({ licenceType, highWaterMark, receipt, contingencyMaxUsed, price }) => [
          bill.period,
          licenceType,
          ...BILLING_RULES.map(({ id }) => highWaterMark[id].value),
          receipt.at,
          receipt.tippedBy?.user ?? null,
          contingencyMaxUsed.value,
          contingencyMaxUsed.at,
          price?.total ?? null,
        ]),
      ]);
    return html`<section class="section">
      <p class="list-status"><span>The number of each licence type under every rule</span><button type="button" class="button" @click=${save}>Export as CSV</button></p>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Licence type</th>
            ${BILLING_RULES.map(({ name, meaning, id }) => html`<th scope="col" class="number" title=${meaning}>${name}${id === chosen ? ' ✓' : ''}</th>`)}
            <th scope="col">Reached</th>
            <th scope="col" class="number">Contingency max</th>
            <th scope="col" class="number">Price</th>
          </tr>
        </thead>
        <tbody>
          ${bill.licences.map(
            ({ licenceType, highWaterMark, receipt, contingencyMaxUsed, price }) => html`<tr>
              <th scope="row" data-label="Licence type">
                <a href=${navigation.here({ licenceType, day: undefined })} aria-current=${licenceType === this.#licence?.licenceType ? 'true' : nothing}>${licenceType}</a>
              </th>
              ${BILLING_RULES.map(({ id, name }) => html`<td data-label=${name} class="number">${id === chosen ? html`<strong>${formatCount(highWaterMark[id].value)}</strong>` : formatCount(highWaterMark[id].value)}</td>`)}
              <td data-label="Reached">${moment(receipt.at)}</td>
              <td data-label="Contingency max" class="number">${formatCount(contingencyMaxUsed.value)}</td>
              <td data-label="Price" class="number">${price === undefined ? '–' : formatMoney(price.total)}</td>
            </tr>`,
          )}
          ${
            priced.length === 0
              ? nothing
              : html`<tr>
                <th scope="row" colspan=${BILLING_RULES.length + 3} data-label="Licence type">All that have a price</th>
                <td class="number" data-label="Price"><strong>${formatMoney(priced.reduce((sum, price) => sum + price.total, 0))}</strong></td>
              </tr>`
          }
        </tbody>
      </table>
      <details class="level-table">
        <summary>What the rules mean</summary>
        <dl class="facts">${BILLING_RULES.map(({ name, meaning }) => html`<dt>${name}</dt><dd>${meaning}</dd>`)}</dl>
      </details>
    </section>`;
  }

  #receipt(licence: BillLicence) {
    const { licenceType } = licence;
    const receipt = this.#receiptOf(licence);
    const inSum = ruleOf(this.dashboard.navigation.query('rule')).id === 'sustained:30m';
    return html`<details class="panel section">
      <summary><strong>Who made the ${formatCount(receipt.value)} of ${licenceType}</strong></summary>
      ${receiptView(receipt, this.dashboard, `peak-${licenceType}-${this.#bill.value?.period}`, inSum)}
    </details>`;
  }

  #byDay({ licenceType }: BillLicence) {
    const { dashboard } = this;
    const { navigation } = dashboard;
    const zone = dashboard.timeZone();
    const now = dashboard.live.serverNow();
    const rows = this.#days.value ?? [];
    const href = (row: HistoryRow) => navigation.here({ licenceType, day: localDate(parseInstant(row.start) ?? 0, zone) });
    return html`<section class="panel section" aria-label="Day by day">
      <h2>${licenceType}, day by day</h2>
      ${problemReport(this.#days.error)} ${this.#days.value === null && !this.#days.error ? html`<p class="soft">Reading the days …</p>` : nothing}
      ${
        rows.length === 0
          ? nothing
          : html`<hw-history-chart
                .rows=${rows}
                .range=${{ from: parseInstant(rows[0]?.start ?? '') ?? 0, to: parseInstant(rows.at(-1)?.end ?? '') ?? 0 }}
                .timeZone=${zone}
                .describe=${(row: HistoryRow) => bucketInWords(row, now, zone)}
                .label=${`High-water marks of ${licenceType} by day`}
                @pick=${(event: CustomEvent<HistoryRow>) => navigation.go(href(event.detail))}
                @view-change=${(event: CustomEvent<TimeRange | null>) => this.#toHistory(licenceType, event.detail)}
              ></hw-history-chart>
              <p class="list-status"><span>A day leads to its peak</span><button type="button" class="button" @click=${() => downloadHistory(`days-${licenceType}`, rows)}>Export as CSV</button></p>
              ${historyTable({ rows, dashboard, days: true, href })}`
      }
    </section>`;
  }

  /** Zooming into the days goes on where there is more to see. */
  #toHistory(licenceType: string, zoom: TimeRange | null): void {
    const { navigation } = this.dashboard;
    const zone = this.dashboard.timeZone();
    const { from, to } = zoom ?? this.#range;
    navigation.go(navigation.href({ page: 'history' }, { licenceType, from: localOfInstant(from, zone), to: localOfInstant(to, zone) }));
  }

  #ofDay({ licenceType }: BillLicence) {
    const day = this.#day;
    if (day === null) return nothing;
    const { dashboard } = this;
    const range = dayRange(day, dashboard.timeZone());
    const local = { from: `${day}T00:00`, to: localOfInstant(range.to, dashboard.timeZone()) };
    return html`<section class="panel section" aria-label="The day’s peak">
      <h2>The peak of ${rangeInWords(range, dashboard.timeZone())}</h2>
      <p><a href=${dashboard.navigation.href({ page: 'history' }, { licenceType, ...local })}>The whole day as a chart</a> · <a href=${dashboard.navigation.href({ page: 'records' }, { licenceType, ...local })}>its records</a></p>
      ${problemReport(this.#peak.error)} ${this.#peak.value ? receiptView(this.#peak.value.receipt, dashboard, `peak-${licenceType}-${day}`) : this.#peak.error ? nothing : html`<p class="soft">Reading who was counted …</p>`}
    </section>`;
  }

  #levels({ licenceType, secondsAtOrAbove }: BillLicence) {
    if (secondsAtOrAbove.length === 0) return nothing;
    const rows = [...secondsAtOrAbove].reverse();
    const longest = secondsAtOrAbove[0]?.seconds ?? 1;
    return html`<details class="panel section">
      <summary><strong>How long ${licenceType} stood at or above each level</strong></summary>
      <p class="list-status"><span>The highest first</span><button type="button" class="button" @click=${() => downloadCsv(`levels-${licenceType}`, [['Level', 'Seconds At Or Above'], ...rows.map(({ level, seconds }) => [level, seconds])])}>Export as CSV</button></p>
      <table class="table table-narrow">
        <thead>
          <tr>
            <th scope="col" class="number">Level</th>
            <th scope="col">At or above it</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ level, seconds }) => html`<tr>
              <th scope="row" class="number" data-label="Level">${formatCount(level)}</th>
              <td data-label="At or above it"><meter min="0" max=${longest} value=${seconds} aria-hidden="true"></meter> ${lengthInWords(seconds * 1_000)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </details>`;
  }
}

customElements.define('hw-bill', BillView);
