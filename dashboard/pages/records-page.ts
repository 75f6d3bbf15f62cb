import { html } from 'lit';
import { POOLS, USAGE_TYPES } from '../../shared/events.ts';
import { formatInstant } from '../../shared/time.ts';
import type { RecordView } from '../../shared/views.ts';
import { choiceFilter, filterValues, textFilter } from '../components/filter-fields.ts';
import { LightElement } from '../components/light-element.ts';
import { listEnd, listStatus } from '../components/list-frame.ts';
import { recordTable } from '../components/record-table.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { FollowController } from '../controllers/follow-controller.ts';
import { ListController } from '../controllers/list-controller.ts';
import { ResourceController } from '../controllers/resource-controller.ts';
import { SecondController } from '../controllers/second-controller.ts';
import { zoneLabel } from '../format/time.ts';
import { instantOfLocal } from '../format/zone.ts';

const FILTERS = ['from', 'to', 'user', 'licenceType', 'usageType', 'logonSource', 'pool'] as const;
const WORDS = { one: 'record', many: 'records', none: 'No record matches.' };

/** What was acquired and released, newest first, and the way to take it away as a file. */
export class RecordsPage extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #list = new ListController<RecordView>(this, {
    ask: (cursor, signal) => {
      const organisation = this.dashboard.chosen();
      if (organisation === null) return Promise.resolve({ items: [], nextCursor: null });
      return this.dashboard.api.records(organisation, { ...this.#query(), order: 'desc', limit: 100, cursor }, signal);
    },
    now: () => this.dashboard.live.serverNow(),
  });
  readonly #export = new ResourceController<Blob>(this);

  constructor() {
    super();
    new SecondController(this, () => this.dashboard.live.serverNow());
    const key = () => JSON.stringify([this.dashboard.chosen(), this.#query()]);
    let shown = '';
    new FollowController(
      this,
      () => this.dashboard,
      key,
      () => {
        if (this.#list.atTop || key() !== shown) void this.#list.refresh();
        shown = key();
      },
    );
  }

  /** As the address has it: times are local to the organisation. */
  #filters(): Partial<Record<(typeof FILTERS)[number], string>> {
    const { navigation } = this.dashboard;
    return Object.fromEntries(FILTERS.map((name) => [name, navigation.query(name) ?? ''] as const).filter(([, value]) => value !== ''));
  }

  /** As the API takes it: times are instants. */
  #query(): Record<string, string> {
    const { from, to, ...rest } = this.#filters();
    const instant = (local: string | undefined) => {
      const at = local === undefined ? null : instantOfLocal(local, this.dashboard.timeZone());
      return at === null ? {} : { at: formatInstant(at) };
    };
    const [start, end] = [instant(from), instant(to)];
    return { ...rest, ...(start.at ? { from: start.at } : {}), ...(end.at ? { to: end.at } : {}) };
  }

  override render() {
    const { dashboard } = this;
    const now = dashboard.live.serverNow();
    const zone = dashboard.timeZone();
    const f = this.#filters();
    const catalogue = dashboard.directory.catalogue();
    const types = dashboard.live.state()?.usage.licences.map((row) => row.licenceType) ?? [];
    const sources = catalogue.logonSources.map((source) => source.name);
    return html`<header class="page-head">
        <div>
          <h1>Licence records</h1>
          <p class="page-note">Newest first · times in ${zoneLabel(now, zone)}</p>
        </div>
        <button type="button" class="button button-main" ?disabled=${this.#export.loading} @click=${() => void this.#download()}>
          ${this.#export.loading ? 'Exporting …' : 'Export as CSV'}
        </button>
      </header>
      ${this.#export.error ? html`<p class="problem" role="alert">The export failed: ${this.#export.error.message}</p>` : ''}
      <form class="filters" @change=${this.#filter} @submit=${this.#filter}>
        ${textFilter('from', 'From', f.from ?? '', 'datetime-local')} ${textFilter('to', 'To (not included)', f.to ?? '', 'datetime-local')}
        ${textFilter('user', 'User id', f.user ?? '')} ${choiceFilter('licenceType', 'Licence type', f.licenceType ?? '', types)}
        ${choiceFilter('usageType', 'Usage', f.usageType ?? '', USAGE_TYPES)} ${choiceFilter('logonSource', 'Logon source', f.logonSource ?? '', sources)}
        ${choiceFilter('pool', 'Pool', f.pool ?? '', POOLS)}
      </form>
      ${listStatus(this.#list, WORDS, now, zone)} ${this.#list.items.length > 0 ? recordTable(this.#list.items, now, zone) : ''}
      ${listEnd(this.#list, WORDS)}`;
  }

  #filter(event: Event): void {
    event.preventDefault();
    const values = filterValues(event.currentTarget as HTMLFormElement);
    this.dashboard.navigation.amend(Object.fromEntries(FILTERS.map((name) => [name, values[name]])));
  }

  async #download(): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    const query = { ...this.#query(), order: 'asc' };
    if (!(await this.#export.load((signal) => this.dashboard.api.recordsCsv(organisation, query, signal))) || !this.#export.value) return;
    const address = URL.createObjectURL(this.#export.value);
    const link = document.createElement('a');
    link.href = address;
    link.download = `licence-usage-${organisation.replaceAll(/[^\w.-]+/g, '_')}.csv`;
    link.click();
    URL.revokeObjectURL(address);
    this.#export.reset();
  }
}

customElements.define('hw-records-page', RecordsPage);
