import { html, nothing } from 'lit';
import type { ReportRunView, SavedReportView } from '../../../shared/saved-reports.ts';
import { parseInstant } from '../../../shared/time.ts';
import { download } from '../../components/download.ts';
import { asked } from '../../components/form-fields.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import { poolShape } from '../../components/shapes.ts';
import { ActController } from '../../controllers/act-controller.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { followOrganisation } from '../../controllers/follow-controller.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { inWords } from '../../format/duration.ts';
import { countOf, formatCount } from '../../format/number.ts';
import type { PoolState } from '../../format/pool-state.ts';
import { savedRangeWords, scheduleWords } from '../../format/saved-report-words.ts';
import { exactMoment, zoneLabel } from '../../format/time.ts';

const RUN_STATES: Record<ReportRunView['status'], { words: string; shape: PoolState }> = {
  pending: { words: 'being made', shape: 'unlimited' },
  done: { words: 'done', shape: 'room' },
  failed: { words: 'failed', shape: 'over' },
};

/** Reports that are kept under a name: when each is made next, and what became of its runs. */
export class SavedReportsView extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #known = new ResourceController<{ report: SavedReportView; runs: ReportRunView[] }[]>(this);
  readonly #acting = new ActController(
    this,
    () => this.dashboard,
    () => this.#poll.now(),
  );
  readonly #poll = followOrganisation(this, () => void this.#read());

  async #read(): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    const { reports } = this.dashboard;
    await this.#known.about(organisation).load(async (signal) => {
      const all = await reports.savedReports(organisation, signal);
      return Promise.all(all.map(async (report) => ({ report, runs: await reports.reportRuns(organisation, report.id, signal) })));
    });
  }

  override render() {
    const known = this.#known.value;
    const { live, timeZone, navigation } = this.dashboard;
    return html`<header class="page-head">
        <div>
          <h1>Saved reports</h1>
          <p class="page-note">Kept under a name, over a range that moves along. Times in ${zoneLabel(live.serverNow(), timeZone())}</p>
        </div>
      </header>
      ${problemReport(this.#known.error)} ${problemReport(this.#acting.error)}
      <p class="saved" role="status">${this.#acting.words}</p>
      ${
        known === null
          ? this.#known.error
            ? nothing
            : html`<p class="lead loading">Fetching the saved reports …</p>`
          : known.length === 0
            ? html`<p class="lead section">No report is saved yet. <a href=${navigation.href({ page: 'reports' })}>Build one</a>, then save it below its choices.</p>`
            : known.map((one) => this.#report(one))
      }`;
  }

  #report({ report, runs }: { report: SavedReportView; runs: ReportRunView[] }) {
    const { navigation } = this.dashboard;
    const { id, name, range, schedule, nextRunAt, format, webhookId } = report;
    const { dataSource, metrics, dimensions, filters } = report.report;
    const build = navigation.href(
      { page: 'reports' },
      {
        source: dataSource,
        metrics: metrics.join(','),
        dimensions: dimensions.join(',') || 'none',
        ...(filters.length > 0 && { filters: JSON.stringify(filters) }),
      },
    );
    return html`<section class="panel section" aria-labelledby="report-${id}">
      <h2 id="report-${id}">${name}</h2>
      <p>
        Of ${savedRangeWords(range)}; made ${scheduleWords(schedule)}${nextRunAt === null ? '' : `, next ${this.#moment(nextRunAt)}`}.
        ${schedule === null ? nothing : html`<span class="soft">As ${format.toUpperCase()}${webhookId === null ? '' : `; the receiver ${webhookId} hears of it`}.</span>`}
      </p>
      <p class="row-actions">
        <button type="button" class="button" aria-disabled=${this.#acting.loading} @click=${() => void this.#acting.act(`“${name}” is being made`, (of) => this.dashboard.reports.runReport(of, id))}>Make it now</button>
        <a class="button" href=${build}>Open it</a>
        <button type="button" class="button" @click=${() => void this.#remove(report)}>Delete</button>
      </p>
      ${runs.length === 0 ? html`<p class="soft">It was not made yet.</p>` : this.#runs(report, runs)}
    </section>`;
  }

  #runs(report: SavedReportView, runs: ReportRunView[]) {
    return html`<details ?open=${runs[0]?.status !== 'done'}>
      <summary>${countOf(runs.length, 'run')}, the last ${this.#moment(runs[0]?.dueAt ?? '')}: ${RUN_STATES[runs[0]?.status ?? 'done'].words}</summary>
      <table class="table">
        <thead>
          <tr><th scope="col">Due</th><th scope="col">Outcome</th><th scope="col" class="number">Rows</th><th scope="col">Took</th><th scope="col"><span class="unseen">Actions</span></th></tr>
        </thead>
        <tbody>
          ${runs.map(({ run, dueAt, status, rows, durationSeconds, error, file }) => {
            const { words, shape } = RUN_STATES[status];
            return html`<tr>
              <th scope="row" data-label="Due">${this.#moment(dueAt)}</th>
              <td data-label="Outcome"><span class="state state-${shape}">${poolShape(shape)} ${words}</span>${error === null ? nothing : html` <span class="soft">${error}</span>`}</td>
              <td data-label="Rows" class="number">${rows === null ? '–' : formatCount(rows)}</td>
              <td data-label="Took">${durationSeconds === null ? '–' : inWords(durationSeconds * 1_000)}</td>
              <td data-label="">${file === null ? nothing : html`<button type="button" class="button" @click=${() => void this.#download(report, run, file)}>Download</button>`}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    </details>`;
  }

  #moment(instant: string): string {
    const now = this.dashboard.live.serverNow();
    return exactMoment(parseInstant(instant) ?? now, now, this.dashboard.timeZone());
  }

  async #download({ id, format }: SavedReportView, run: number, file: string): Promise<void> {
    await this.#acting.load(async () => {
      download(`${id}-${run}.${format}`, await this.dashboard.reports.file(file));
      return '';
    });
  }

  async #remove({ id, name }: SavedReportView): Promise<void> {
    if (!asked(`Delete the saved report “${name}” and its files?`)) return;
    await this.#acting.act(`“${name}” is deleted`, (of) => this.dashboard.reports.deleteReport(of, id));
  }
}

customElements.define('hw-saved-reports', SavedReportsView);
