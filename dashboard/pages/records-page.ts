import { html } from 'lit';
import { POOLS, USAGE_TYPES } from '../../shared/events.ts';
import { formatInstant } from '../../shared/time.ts';
import type { RecordView } from '../../shared/views.ts';
import { download } from '../components/download.ts';
import { choiceFilter, filterValues, textFilter } from '../components/filter-fields.ts';
import { LightElement } from '../components/light-element.ts';
import { listEnd, listStatus } from '../components/list-frame.ts';
import { problemReport } from '../components/problem-report.ts';
import { chosenRange, rangePicker } from '../components/range-picker.ts';
import { flagLegend, recordTable } from '../components/record-table.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { FollowController } from '../controllers/follow-controller.ts';
import { ListController } from '../controllers/list-controller.ts';
import { ResourceController } from '../controllers/resource-controller.ts';
import { SecondController } from '../controllers/second-controller.ts';

const FILTERS = ['user', 'licenceType', 'usageType', 'logonSource', 'pool', 'superseded'] as const;
const WORDS = { one: 'record', many: 'records', none: 'No record matches in this range.' };
/** Some tens of megabytes; who needs more takes the file. */
const MOST_RECORDS = 50_000;

/** What was acquired and released, newest first, and the way to take it away as a file. */
export class RecordsPage extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #list = new ListController<RecordView>(this, {
    about: () => this.dashboard.chosen(),
    ask: (cursor, signal) => {
      const organisation = this.dashboard.organisation()?.organisation;
      if (organisation === undefined) return new Promise(() => {});
      return this.dashboard.api.records(organisation, { ...this.#query(), order: 'desc', limit: 500, cursor }, signal);
    },
    now: () => this.dashboard.live.serverNow(),
    most: MOST_RECORDS,
  });

  readonly #file = new ResourceController<Blob>(this);

  constructor() {
    super();
    new SecondController(this, () => this.dashboard.live.serverNow());
    const key = () => JSON.stringify([this.dashboard.organisation()?.organisation, this.#query()]);
    let shown = '';
    new FollowController(
      this,
      () => this.dashboard,
      key,
      () => {
        // The past stays as it is but for late events: it is read again when somebody asks.
        const isOver = chosenRange(this.dashboard).to < this.dashboard.live.serverNow();
        if (key() !== shown || (this.#list.atTop && !isOver)) void this.#list.refresh();
        shown = key();
      },
    );
  }

  #filters(): Partial<Record<(typeof FILTERS)[number], string>> {
    const { navigation } = this.dashboard;
    return Object.fromEntries(FILTERS.map((name) => [name, navigation.query(name) ?? ''] as const).filter(([, value]) => value !== ''));
  }

  #query(): Record<string, string> {
    const { from, to } = chosenRange(this.dashboard);
    return { ...this.#filters(), from: formatInstant(from), to: formatInstant(to) };
  }

  override render() {
    const { dashboard } = this;
    const now = dashboard.live.serverNow();
    const zone = dashboard.timeZone();
    const f = this.#filters();
    const types = dashboard.live.state()?.usage.licences.map((row) => row.licenceType) ?? [];
    const sources = dashboard.directory.catalogue().logonSources.map((source) => source.name);
    return html`<header class="page-head">
        <div>
          <h1>Licence records</h1>
          <p class="page-note">One for each licence acquired or released, newest first</p>
        </div>
        <p class="page-tools">${this.#export('csv', 'Export as CSV')} ${this.#export('ndjson', 'Export as NDJSON')}</p>
      </header>
      ${rangePicker(dashboard)}
      <form class="filters" @change=${this.#filter} @submit=${this.#filter}>
        ${textFilter('user', 'User id', f.user ?? '')} ${choiceFilter('licenceType', 'Licence type', f.licenceType ?? '', types)}
        ${choiceFilter('usageType', 'Usage', f.usageType ?? '', USAGE_TYPES)} ${choiceFilter('logonSource', 'Logon source', f.logonSource ?? '', sources)}
        ${choiceFilter('pool', 'Pool', f.pool ?? '', POOLS)}
        <label class="check"><input type="checkbox" name="superseded" value="true" .checked=${f.superseded === 'true'} /> Also replaced ones</label>
      </form>
      ${problemReport(this.#file.error)} ${listStatus(this.#list, WORDS, now, zone)} ${flagLegend(this.#list.items)}
      ${this.#list.items.length > 0 ? recordTable(this.#list.items, dashboard, () => this.#more()) : ''} ${listEnd(this.#list, WORDS)}`;
  }

  #more(): void {
    if (this.#list.hasMore && !this.#list.loading && !this.#list.error) void this.#list.more();
  }

  /** A link where it can be one: the browser writes the file as it comes, whatever its size. */
  #export(format: 'csv' | 'ndjson', words: string) {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return '';
    const href = this.dashboard.api.recordsFile(organisation, { ...this.#query(), order: 'asc', format });
    if (this.dashboard.credentials.token() === null) return html`<a class="button" href=${href} download>${words}</a>`;
    // No link can carry a token.
    return html`<button type="button" class="button" aria-disabled=${this.#file.loading} @click=${() => void this.#save(href, `records.${format}`)}>${words}</button>`;
  }

  async #save(href: string, name: string): Promise<void> {
    const read = await this.#file.load((signal) => this.dashboard.api.file(href, signal));
    if (!read || !this.#file.value) return;
    download(name, this.#file.value);
    this.#file.reset();
  }

  #filter(event: Event): void {
    event.preventDefault();
    const values = filterValues(event.currentTarget as HTMLFormElement);
    this.dashboard.navigation.amend(Object.fromEntries(FILTERS.map((name) => [name, values[name]])));
  }
}

customElements.define('hw-records-page', RecordsPage);
