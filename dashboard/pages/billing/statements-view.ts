import { html, nothing } from 'lit';
import type { BillingPeriodRow, StatementRow } from '../../../shared/statements.ts';
import { parseInstant } from '../../../shared/time.ts';
import { download } from '../../components/download.ts';
import { asked } from '../../components/form-fields.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import { poolShape } from '../../components/shapes.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { followOrganisation } from '../../controllers/follow-controller.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { PERIOD_STATES, REASON_WORDS } from '../../format/statement-words.ts';
import { exactMoment, zoneLabel } from '../../format/time.ts';

/** What was billed stays what was billed: every period with its statements, each with its hash. */
export class StatementsView extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #known = new ResourceController<{ periods: BillingPeriodRow[]; statements: StatementRow[] }>(this);
  readonly #closing = new ResourceController<string>(this);
  readonly #poll = followOrganisation(this, () => void this.#read());

  async #read(): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    const { reports } = this.dashboard;
    await this.#known.about(organisation).load(async (signal) => ({
      periods: await reports.billingPeriods(organisation, signal),
      statements: await reports.statements(organisation, signal),
    }));
  }

  override render() {
    const known = this.#known.value;
    const { live, timeZone } = this.dashboard;
    const now = live.serverNow();
    return html`<header class="page-head">
        <div>
          <h1>Statements</h1>
          <p class="page-note">A closed period is frozen: records that come later make a revision, never another past. Times in ${zoneLabel(now, timeZone())}</p>
        </div>
      </header>
      ${problemReport(this.#known.error)} ${problemReport(this.#closing.error)}
      <p class="saved" role="status">${this.#closing.value ?? ''}</p>
      ${known ? this.#table(known) : this.#known.error ? nothing : html`<p class="lead loading">Fetching the statements …</p>`}`;
  }

  #table({ periods, statements }: { periods: BillingPeriodRow[]; statements: StatementRow[] }) {
    if (periods.length === 0) return html`<p class="lead section">No billing period is known yet.</p>`;
    return html`<table class="table section">
      <thead>
        <tr><th scope="col">Period</th><th scope="col">State</th><th scope="col">Statements</th><th scope="col"><span class="unseen">Actions</span></th></tr>
      </thead>
      <tbody>
        ${periods.map((row) =>
          this.#row(
            row,
            statements.filter(({ period }) => period === row.period),
          ),
        )}
      </tbody>
    </table>`;
  }

  #row(row: BillingPeriodRow, statements: StatementRow[]) {
    const { words, shape } = PERIOD_STATES[row.state];
    const { navigation } = this.dashboard;
    const over = row.state !== 'running';
    const act = row.state === 'settling' ? 'Close now' : row.changedSince ? 'Revise now' : null;
    return html`<tr>
      <th scope="row" data-label="Period"><a href=${navigation.href({ page: 'billing' }, { period: row.period })}>${row.period}</a></th>
      <td data-label="State">
        <span class="state state-${shape}">${poolShape(shape)} ${words}</span>
        <ul class="remarks">
          ${row.closesAt === null ? nothing : html`<li>Closes by itself ${this.#moment(row.closesAt)}</li>`}
          ${row.changedSince ? html`<li>Records changed since: a revision comes</li>` : nothing}
          ${row.complete ? nothing : html`<li>Highwater was not recording all the time</li>`}
        </ul>
      </td>
      <td data-label="Statements">
        ${statements.length === 0 ? html`<span class="soft">${over ? 'none yet' : 'none while it runs'}</span>` : statements.map((one) => this.#statement(one))}
      </td>
      <td data-label="">
        ${act === null ? nothing : html`<button type="button" class="button" aria-disabled=${this.#closing.loading} @click=${() => void this.#close(row.period, act)}>${act}</button>`}
      </td>
    </tr>`;
  }

  #statement({ period, number, hash, closedAt, reason, by }: StatementRow) {
    return html`<p class="statement">
      <strong>${number === 1 ? 'Statement' : `Revision ${number - 1}`}</strong> of ${this.#moment(closedAt)}${by === null ? '' : ` by ${by}`}: ${REASON_WORDS[reason]}
      <br /><span class="soft">SHA-256 <code title=${hash}>${hash.slice(0, 16)}…</code></span>
      <button type="button" class="link-button" @click=${() => void this.#download(period, number)}>as JSON</button>
    </p>`;
  }

  async #download(period: string, number: number): Promise<void> {
    const { reports } = this.dashboard;
    await this.#closing.load(async () => {
      download(
        `statement-${period}-${number}.json`,
        await reports.file(reports.statementPath(this.dashboard.chosen() ?? '', period, number)),
      );
      return '';
    });
  }

  #moment(instant: string): string {
    const now = this.dashboard.live.serverNow();
    return exactMoment(parseInstant(instant) ?? now, now, this.dashboard.timeZone());
  }

  async #close(period: string, act: string): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null || !asked(`${act}: ${period}? A statement is frozen and stays.`)) return;
    await this.#closing.load(async () => {
      const { number, written } = await this.dashboard.reports.closePeriod(organisation, period);
      if (!written) return `Nothing of ${period} has changed: statement ${number} stands`;
      return number === 1 ? `${period} is closed` : `${period} is revised: statement ${number}`;
    });
    this.#poll.now();
  }
}

customElements.define('hw-statements', StatementsView);
