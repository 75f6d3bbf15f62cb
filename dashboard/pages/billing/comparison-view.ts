import { html, nothing } from 'lit';
import type { BillingPeriodRow } from '../../../shared/statements.ts';
import type { ComparedDay, Comparison, FiguresReport } from '../../../shared/vendor-figures.ts';
import { downloadCsv } from '../../components/download.ts';
import { asked } from '../../components/form-fields.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import { refusals } from '../../components/refusals.ts';
import { type Column, virtualTable } from '../../components/virtual-table.ts';
import { AskController } from '../../controllers/ask-controller.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { WatchController } from '../../controllers/watch-controller.ts';
import { BILLING_RULES, ruleOf } from '../../format/billing-rules.ts';
import { countOf, formatCount } from '../../format/number.ts';

const words = (cause: string): string => cause.replaceAll('-', ' ');

const DATE_ORDERS = ['YMD', 'DMY', 'MDY'] as const;

/** What a vendor or storm says was used, beside what was: day by day, each difference with its likely cause. */
export class ComparisonView extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #periods = new AskController<BillingPeriodRow[]>(this, {
    key: () => this.dashboard.chosen(),
    ask: (signal) => this.dashboard.reports.billingPeriods(this.dashboard.chosen() ?? '', signal),
  });
  readonly #compared = new AskController<Comparison>(this, {
    key: () => (this.#period === null ? null : JSON.stringify([this.dashboard.chosen(), this.#period, this.#source])),
    ask: (signal) =>
      this.dashboard.reports.comparison(this.dashboard.chosen() ?? '', { period: this.#period ?? '', source: this.#source }, signal),
    within: () => this.dashboard.chosen(),
  });
  readonly #removing = new ResourceController<boolean>(this);
  readonly #given = new ResourceController<{ report: FiguresReport; tried: boolean }>(this);

  constructor() {
    super();
    new WatchController(this, () => [this.dashboard.navigation, this.dashboard.directory]);
  }

  get #period(): string | null {
    return this.dashboard.navigation.query('period') ?? this.#periods.value?.[0]?.period ?? null;
  }

  /** That of the address; else the daemon chooses. */
  get #source(): string | undefined {
    return this.dashboard.navigation.query('source') ?? undefined;
  }

  override render() {
    const { navigation } = this.dashboard;
    const go = (change: (value: string) => Record<string, string | undefined>) => (event: Event) =>
      navigation.go(navigation.here(change((event.target as HTMLSelectElement).value)));
    const { sources = [], source = null } = this.#compared.value ?? {};
    return html`<header class="page-head">
        <div>
          <h1>A vendor’s figures</h1>
          <p class="page-note">What an invoice or storm says was used, beside what was. Nothing of the books depends on it</p>
        </div>
        <p class="page-tools">
          <label class="field"
            ><span>Period</span
            ><select @change=${go((period) => ({ period, source: undefined }))}>
              ${(this.#periods.value ?? []).map(({ period }) => html`<option value=${period} .selected=${period === this.#period}>${period}</option>`)}
            </select></label
          >
          <label class="field"
            ><span>Source</span
            ><select @change=${go((chosen) => ({ source: chosen }))} ?disabled=${sources.length === 0}>
              ${sources.map((one) => html`<option value=${one} .selected=${one === source}>${one}</option>`)}
            </select></label
          >
        </p>
      </header>
      ${problemReport(this.#periods.error)} ${problemReport(this.#removing.error)} ${problemReport(this.#compared.error)}
      ${this.#compared.value ? this.#whole(this.#compared.value) : this.#compared.loading ? html`<p class="lead loading">Comparing …</p>` : nothing} ${this.#form()}`;
  }

  #whole(compared: Comparison) {
    if (compared.source === null)
      return html`<p class="lead section">No figures of ${compared.period} were given yet: give a file below, and see each day beside ours.</p>`;
    const { licences, days } = compared;
    const told = licences.filter(({ theirs }) => theirs !== null);
    return html`<section class="section">
        <p class="list-status"><span>${compared.provisional ? 'The period is running: the part so far' : `${compared.period}, by ${compared.source}`}</span></p>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Licence type</th>
              <th scope="col" class="number">Theirs</th>
              ${BILLING_RULES.map(({ name, meaning }) => html`<th scope="col" class="number" title=${meaning}>${name}</th>`)}
              <th scope="col">Likely cause</th>
            </tr>
          </thead>
          <tbody>
            ${told.map(
              ({ licenceType, theirs, given, explanation, alsoPossible, contingency, ours, causes, daysGiven }) => html`<tr>
                <th scope="row" data-label="Licence type">${licenceType}</th>
                <td class="number" data-label="Theirs"><strong>${formatCount(theirs ?? 0)}</strong> <span class="soft">${given === 'month' ? 'of the month' : 'highest day'}</span></td>
                ${BILLING_RULES.map(({ id, name }) => html`<td class="number" data-label=${name}>${formatCount(ours[id])}${ours[id] === theirs ? html` <span class="soft">same</span>` : nothing}</td>`)}
                <td data-label="Likely cause">${explanation ?? nothing}${alsoPossible.length > 0 ? html` <span class="soft">or: ${alsoPossible.map(words).join(', ')}</span>` : nothing}
                  ${contingency.theirs === null ? nothing : html`<span>Contingency (overflow): theirs ${formatCount(contingency.theirs)}, ours ${formatCount(contingency.ours)}.</span>`}
                  ${
                    daysGiven === 0
                      ? nothing
                      : html`<span>Days: ${Object.entries(causes)
                          .map(([cause, count]) => `${cause === 'none' ? 'same' : words(cause)} ${count}`)
                          .join(', ')} <span class="soft">of ${countOf(daysGiven, 'day')}</span></span>`
                  }</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </section>
      ${this.#days(
        compared,
        days.filter(({ theirs }) => theirs !== null),
      )}`;
  }

  #days(compared: Comparison, days: ComparedDay[]) {
    const rule = ruleOf('instant');
    const columns: Column<ComparedDay>[] = [
      { name: 'Day', width: '1fr', cell: ({ date }) => date },
      { name: 'Licence type', width: '1.3fr', cell: ({ licenceType }) => licenceType },
      { name: 'Theirs', width: '0.6fr', number: true, cell: ({ theirs }) => (theirs === null ? '–' : formatCount(theirs)) },
      { name: `Ours (${rule.name.toLowerCase()})`, width: '0.8fr', number: true, cell: ({ ours }) => formatCount(ours.instant) },
      { name: 'Difference', width: '0.7fr', number: true, cell: ({ difference }) => signed(difference?.instant ?? 0) },
      {
        name: 'Likely cause',
        width: '3fr',
        cell: ({ explanation, alsoPossible, complete }) =>
          html`${explanation ?? 'Not given'}${alsoPossible.length > 0 ? html` <span class="soft">or: ${alsoPossible.map(words).join(', ')}</span>` : nothing}${complete ? nothing : html` <span class="soft">Highwater was not recording all day.</span>`}`,
      },
    ];
    const save = () =>
      downloadCsv(`comparison-${compared.period}-${compared.source}`, [
        ['Date', 'Licence Type', 'Theirs', ...BILLING_RULES.map(({ name }) => name), 'Cause', 'Explanation'],
        ...days.map(({ date, licenceType, theirs, ours, cause, explanation }) => [
          date,
          licenceType,
          theirs,
          ...BILLING_RULES.map(({ id }) => ours[id]),
          cause,
          explanation,
        ]),
      ]);
    const remove = () => void this.#remove(compared);
    return html`<section class="section">
      <p class="list-status">
        <span>${days.length === 0 ? 'No figures of single days' : `${countOf(days.length, 'day')} with a figure of theirs`}</span>
        <span class="row-actions">
          <button type="button" class="button" @click=${save}>Export as CSV</button>
          <button type="button" class="button" @click=${remove}>Remove the figures of ${compared.source}</button>
        </span>
      </p>
      ${days.length === 0 ? nothing : virtualTable({ label: 'Day by day', columns, rows: days, key: ({ date, licenceType }) => `${date} ${licenceType}` })}
    </section>`;
  }

  #form() {
    const { error, loading } = this.#given;
    return html`<form class="panel section" ${refusals(error)} @submit=${(event: SubmitEvent) => void this.#give(event)}>
      <h2>Give figures</h2>
      <p class="soft">A CSV file: <code>Date,Licence Type,Peak</code> by the day (2026-10-31) or for a month (2026-10), or storm’s own Organisation Licence Usage rows. Try it first: then nothing is kept.</p>
      <div class="fields">
        <label class="field"><span>Whose figures</span><input name="source" required maxlength="128" .value=${this.#compared.value?.source ?? ''} placeholder="acme" /></label>
        <label class="field"><span>File</span><input name="file" type="file" accept=".csv,text/csv" required /></label>
        <label class="field"
          ><span>Order of dates</span
          ><select name="dateOrder">
            <option value="">as it can only be</option>
            ${DATE_ORDERS.map(
              (order) =>
                html`<option value=${order}>${order
                  .split('')
                  .map((letter) => ({ Y: 'year', M: 'month', D: 'day' })[letter])
                  .join(', ')}</option>`,
            )}
          </select></label
        >
      </div>
      <p class="form-end">
        <button class="button" name="act" value="try" aria-disabled=${loading}>Try it</button>
        <button class="button button-main" name="act" value="give" aria-disabled=${loading}>Give the figures</button>
      </p>
      <div role="status">${this.#given.value ? reportOf(this.#given.value) : nothing}</div>
    </form>`;
  }

  async #give(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const organisation = this.dashboard.chosen();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const file = data.get('file');
    if (organisation === null || !(file instanceof File)) return;
    const tried = (event.submitter as HTMLButtonElement | null)?.value === 'try';
    const source = String(data.get('source') ?? '');
    const query = { source, dateOrder: String(data.get('dateOrder') ?? ''), dryRun: tried };
    const given = await this.#given.load(async () => ({
      report: await this.dashboard.reports.giveFigures(organisation, query, file),
      tried,
    }));
    if (given && !tried) this.#show(source);
  }

  #show(source: string): void {
    const { navigation } = this.dashboard;
    navigation.amend({ source });
    this.#compared.again();
  }

  async #remove({ source }: Comparison): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null || source === null || !asked(`Remove all figures of “${source}”?`)) return;
    const removed = await this.#removing.load(async () => {
      await this.dashboard.reports.removeFigures(organisation, source);
      return true;
    });
    if (!removed) return;
    this.dashboard.navigation.amend({ source: undefined });
    this.#compared.again();
  }
}

const signed = (value: number): string => (value > 0 ? `+${formatCount(value)}` : value < 0 ? `−${formatCount(-value)}` : '0');

function reportOf({ report, tried }: { report: FiguresReport; tried: boolean }) {
  const { rows, taken, added, changed, unchanged, refused, normalised, periods, truncated } = report;
  const more = truncated?.refused ?? 0;
  return html`<p>
      <strong>${tried ? 'Tried, nothing kept' : 'Taken'}:</strong> ${formatCount(taken)} of ${countOf(rows, 'row')}; ${formatCount(added)} new, ${formatCount(changed)} changed, ${formatCount(unchanged)} as known${periods.length > 0 ? `; ${periods.join(', ')}` : ''}.
      ${normalised.length > 0 ? html`<span class="soft">${countOf(normalised.length + (truncated?.normalised ?? 0), 'field')} normalised.</span>` : nothing}
    </p>
    ${
      refused.length === 0
        ? nothing
        : html`<details open><summary>${countOf(refused.length + more, 'row')} refused</summary>
            <ul>${refused.map(({ line, reason }) => html`<li>Line ${line}: ${reason}</li>`)}${more > 0 ? html`<li class="soft">and ${formatCount(more)} more</li>` : nothing}</ul>
          </details>`
    }`;
}

customElements.define('hw-comparison', ComparisonView);
