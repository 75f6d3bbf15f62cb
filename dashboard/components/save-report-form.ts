import { html, nothing } from 'lit';
import { WEEKDAYS } from '../../shared/alerts.ts';
import { NAMED_RANGES, REPORT_FILE_FORMATS, type SavedReport, type SavedReportView } from '../../shared/saved-reports.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { ResourceController } from '../controllers/resource-controller.ts';
import { idFor } from '../format/new-id.ts';
import { RANGE_WORDS } from '../format/saved-report-words.ts';
import { WEEKDAY_WORDS } from '../format/weekday-words.ts';
import { LightElement } from './light-element.ts';
import { refusals } from './refusals.ts';

/** Keeps the report that is on the page under a name, and has it made by itself if wanted. */
export class SaveReportForm extends LightElement {
  static override properties = { dashboard: { attribute: false }, report: { attribute: false }, every: { state: true } };
  declare dashboard: Dashboard;
  declare report: SavedReport['report'];
  declare every: string;

  readonly #saving = new ResourceController<string>(this);

  constructor() {
    super();
    this.every = '';
  }

  override render() {
    const { error, loading } = this.#saving;
    const { navigation } = this.dashboard;
    return html`<details class="panel section">
      <summary><strong>Save this report</strong></summary>
      <form ${refusals(error, { place: placeOf })} @submit=${(event: SubmitEvent) => void this.#save(event)}>
        <div class="fields">
          <label class="field"><span>Name</span><input name="name" required maxlength="128" autocomplete="off" /></label>
          <label class="field"
            ><span>Of</span
            ><select name="range">
              ${NAMED_RANGES.map((range) => html`<option value=${range} ?selected=${range === 'yesterday'}>${RANGE_WORDS[range]}</option>`)}
            </select></label
          >
          <label class="field"
            ><span>Made by itself</span
            ><select name="every" @change=${(event: Event) => (this.every = (event.target as HTMLSelectElement).value)}>
              <option value="">no, only on request</option>
              <option value="day">every day</option>
              <option value="week">every week</option>
              <option value="billing-period">every billing period, on its first day</option>
            </select></label
          >
          ${this.every === '' ? nothing : this.#schedule()}
        </div>
        <p class="form-end"><button class="button button-main" aria-disabled=${loading}>Save the report</button></p>
        <p class="saved" role="status">${this.#saving.value === null ? nothing : html`Saved. <a href=${navigation.href({ page: 'reports' }, { part: 'saved' })}>All saved reports</a>`}</p>
      </form>
    </details>`;
  }

  #schedule() {
    return html`${
      this.every === 'week'
        ? html`<label class="field"><span>On</span><select name="on">${WEEKDAYS.map((day) => html`<option value=${day}>${WEEKDAY_WORDS[day]}</option>`)}</select></label>`
        : nothing
    }
      <label class="field"><span>At (the organisation’s clock)</span><input name="at" type="time" required value="06:00" /></label>
      <label class="field"><span>File</span><select name="format">${REPORT_FILE_FORMATS.map((format) => html`<option value=${format}>${format.toUpperCase()}</option>`)}</select></label>
      <label class="field"><span>Receiver that hears of it (its id, optional)</span><input name="webhookId" maxlength="128" autocomplete="off" /></label>`;
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(data.get(name) ?? '').trim();
    const { reports } = this.dashboard;
    const order = {
      name: text('name'),
      report: this.report,
      range: text('range') as SavedReport['range'],
      ...(this.every !== '' && {
        schedule: { every: this.every, at: text('at'), ...(this.every === 'week' && { on: text('on') }) },
        format: text('format'),
        ...(text('webhookId') !== '' && { webhookId: text('webhookId') }),
      }),
    };
    await this.#saving.load(async () => {
      const taken = (await reports.savedReports(organisation)).map(({ id }: SavedReportView) => id);
      const id = idFor(order.name, taken);
      await reports.saveReport(organisation, id, order);
      return id;
    });
  }
}

/** The fields of a schedule stand beside the others. */
const placeOf = (path: string): string => (path === 'schedule' ? 'at' : path.replace(/^schedule\./, ''));

customElements.define('hw-save-report', SaveReportForm);
