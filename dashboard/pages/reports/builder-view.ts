import { html, nothing } from 'lit';
import type { Cell, DataSource } from '../../../shared/reports.ts';
import { formatInstant } from '../../../shared/time.ts';
import type { ReportBody } from '../../client/reports-api.ts';
import { download } from '../../components/download.ts';
import { filterValues } from '../../components/filter-fields.ts';
import { inlineStyle } from '../../components/inline-style.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import { progressBar } from '../../components/progress-bar.ts';
import { chosenRange, rangePicker } from '../../components/range-picker.ts';
import '../../components/save-report-form.ts';
import { LOCALE } from '../../../shared/numbers.ts';
import { type Column, virtualTable } from '../../components/virtual-table.ts';
import { AskController } from '../../controllers/ask-controller.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { ReportTree } from '../../controllers/report-tree.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { WatchController } from '../../controllers/watch-controller.ts';
import { countOf } from '../../format/number.ts';
import { addFilter, pathKey, type ReportChoice, readChoice, removeFilter, type TreeRow, treeRows } from '../../format/report-query.ts';

const FILES = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  json: 'application/json',
} as const;

/** Metrics by dimensions: each row opens into the next dimension. Totals are the daemon's, never summed from rows. */
export class ReportBuilder extends LightElement {
  static override properties = { dashboard: { attribute: false }, filterField: { state: true } };
  declare dashboard: Dashboard;
  declare filterField: string;

  readonly #sources = new AskController<DataSource[]>(this, {
    key: () => 'data-sources',
    ask: (signal) => this.dashboard.reports.dataSources(signal),
  });
  readonly #tree = new ReportTree(
    this,
    () => (this.#choice && this.#organisation ? JSON.stringify([this.#organisation, this.#body([])]) : null),
    (path, signal, heard) => this.dashboard.reports.report(this.#organisation ?? '', this.#body(path), signal, heard),
  );
  /** Values to filter by that stand in no catalogue: those that occur in the range. */
  readonly #values = new AskController<Cell[]>(this, {
    key: () =>
      this.#choice && this.#organisation && this.filterField !== ''
        ? JSON.stringify([this.#organisation, this.filterField, this.#body([])])
        : null,
    ask: async (signal) => {
      const field = this.#choice?.source.fields.find(({ id }) => id === this.filterField);
      if (field?.values || !field?.dimension) return field?.values ?? [];
      const body = { ...this.#body([]), metrics: [], dimensions: [field.id], filters: [] };
      return (await this.dashboard.reports.report(this.#organisation ?? '', body, signal)).rows.map(([cell = null]) => cell);
    },
  });
  readonly #file = new ResourceController<Blob>(this);

  constructor() {
    super();
    this.filterField = '';
    new WatchController(this, () => [this.dashboard.navigation, this.dashboard.directory]);
  }

  get #organisation(): string | null {
    return this.dashboard.organisation()?.organisation ?? null;
  }

  get #choice(): ReportChoice | null {
    return readChoice(this.#sources.value ?? [], (name) => this.dashboard.navigation.query(name));
  }

  /** What is asked for the rows below a path: the next dimension, within what the path stands for. */
  #body(path: readonly Cell[]): ReportBody {
    const { source, metrics, dimensions, filters } = this.#choice as ReportChoice;
    const { from, to } = chosenRange(this.dashboard);
    const within = path.map((cell, nth) => ({ field: dimensions[nth] ?? '', in: [cell] }));
    return {
      dataSource: source.id,
      metrics,
      dimensions: dimensions.slice(path.length, path.length + 1),
      filters: [...filters, ...within],
      from: formatInstant(from),
      to: formatInstant(to),
    };
  }

  override render() {
    const choice = this.#choice;
    return html`<header class="page-head">
        <div>
          <h1>Reports</h1>
          <p class="page-note">Totals are worked out over everything, never summed from the rows</p>
        </div>
        <p class="page-tools">
          ${(Object.keys(FILES) as (keyof typeof FILES)[]).map(
            (kind) =>
              html`<button type="button" class="button" ?disabled=${!choice} aria-disabled=${this.#file.loading} @click=${() => void this.#save(kind)}>Export as ${kind.toUpperCase()}</button>`,
          )}
        </p>
      </header>
      ${rangePicker(this.dashboard)} ${problemReport(this.#sources.error)} ${problemReport(this.#file.error)}
      ${choice ? html`${this.#builder(choice)} ${this.#keep(choice)} ${this.#table(choice)}` : html`<p class="lead loading">Reading the data sources …</p>`}`;
  }

  #keep({ source, metrics, dimensions, filters }: ReportChoice) {
    const report = { dataSource: source.id, metrics, dimensions, filters };
    return html`<hw-save-report .dashboard=${this.dashboard} .report=${report}></hw-save-report>`;
  }

  #amend(changes: Record<string, string | undefined>): void {
    const { navigation } = this.dashboard;
    navigation.go(navigation.here(changes));
  }

  #builder({ source, metrics, dimensions, filters }: ReportChoice) {
    const value = (event: Event) => (event.target as HTMLSelectElement).value;
    const toggle = (id: string) => {
      const next = source.metrics.map((one) => one.id).filter((one) => (one === id ? !metrics.includes(id) : metrics.includes(one)));
      this.#amend({ metrics: next.join(',') });
    };
    const dimension = (nth: number) => (event: Event) => {
      const next = dimensions.with(nth, value(event)).filter(Boolean);
      this.#amend({ dimensions: [...new Set(next)].join(',') || 'none' });
    };
    const name = (id: string) => source.fields.find((field) => field.id === id)?.name ?? id;
    return html`<section class="panel section" aria-label="What the report shows">
      <div class="fields">
        <label class="field"
          ><span>Data source</span
          ><select @change=${(event: Event) => this.#amend({ source: value(event), metrics: undefined, dimensions: undefined, filters: undefined })}>
            ${(this.#sources.value ?? []).map((one) => html`<option value=${one.id} .selected=${one.id === source.id}>${one.name}</option>`)}
          </select></label
        >
        ${[...dimensions, ''].map(
          (chosen, nth) => html`<label class="field"
            ><span>${nth === 0 ? 'Rows by' : 'then by'}</span
            ><select @change=${nth < dimensions.length ? dimension(nth) : (event: Event) => this.#amend({ dimensions: [...dimensions, value(event)].join(',') })}>
              <option value="" .selected=${chosen === ''}>–</option>
              ${source.dimensions
                .filter(({ id }) => id === chosen || !dimensions.includes(id))
                .map((one) => html`<option value=${one.id} .selected=${one.id === chosen}>${one.name}</option>`)}
            </select></label
          >`,
        )}
      </div>
      <fieldset class="choices">
        <legend>Metrics</legend>
        ${source.metrics.map(
          (metric) => html`<label class="check" title=${metric.meaning}
            ><input type="checkbox" .checked=${metrics.includes(metric.id)} @change=${() => toggle(metric.id)} /> ${metric.name}</label
          >`,
        )}
      </fieldset>
      <form class="chart-tools" @submit=${this.#addFilter}>
        <label class="field"
          ><span>Only where</span
          ><select
            @change=${(event: Event) => {
              this.filterField = value(event);
            }}
          >
            <option value="" .selected=${this.filterField === ''}>–</option>
            ${source.fields.filter(({ filter }) => filter).map((field) => html`<option value=${field.id} .selected=${field.id === this.filterField}>${field.name}</option>`)}
          </select></label
        >
        <label class="field"
          ><span>is</span><input name="value" list="filter-values" autocomplete="off" ?disabled=${this.filterField === ''} />
          <datalist id="filter-values">${(this.#values.value ?? []).map((cell) => html`<option value=${String(cell ?? '')}></option>`)}</datalist></label
        >
        <button class="button">Add the filter</button>
        ${filters.flatMap(({ field, in: values }) =>
          values.map(
            (cell) =>
              html`<a class="button" href=${this.dashboard.navigation.here({ filters: JSON.stringify(removeFilter(filters, field, cell)) })} aria-label="Remove the filter ${name(field)} is ${cell ?? 'none'}"
                >${name(field)}: ${cell ?? 'none'} ✕</a
              >`,
          ),
        )}
      </form>
    </section>`;
  }

  #addFilter(event: Event): void {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const text = filterValues(form)['value'];
    const choice = this.#choice;
    if (!choice || this.filterField === '' || text === undefined) return;
    const isNumber = choice.source.fields.find(({ id }) => id === this.filterField)?.type === 'number';
    this.#amend({ filters: JSON.stringify(addFilter(choice.filters, this.filterField, isNumber ? Number(text) : text)) });
    form.reset();
  }

  #waiting() {
    const tree = this.#tree;
    if (!tree.cancelled) return progressBar('Working out the report', tree.progress, () => tree.cancel());
    return html`<p class="section" role="status">Cancelled. <button type="button" class="button" @click=${() => void tree.open([])}>Work it out</button></p>`;
  }

  #table({ source, metrics, dimensions }: ReportChoice) {
    const tree = this.#tree;
    const whole = tree.answers.get(pathKey([]));
    if (!whole) return html`${problemReport(tree.error)} ${tree.error ? nothing : this.#waiting()}`;
    const rows = treeRows(tree.answers, dimensions.length);
    const names = dimensions.map((id) => source.dimensions.find((one) => one.id === id)?.name ?? id);
    const metric = (id: string, nth: number): Column<TreeRow> => ({
      name: source.metrics.find((one) => one.id === id)?.name ?? id,
      width: '1fr',
      number: true,
      cell: ({ values }) => this.#number(values[nth] ?? null),
    });
    const total: TreeRow = { path: [], values: metrics.map((id) => whole.totals[id] ?? null), leaf: true, open: false };
    const columns: Column<TreeRow>[] = [
      { name: names.join(' › ') || 'All', width: '2fr', cell: (row) => this.#name(row, names) },
      ...metrics.map(metric),
    ];
    return html`<section class="section">
      <p class="list-status">
        <span>${countOf(rows.length, 'row')}${whole.provisional ? ' · provisional: the range is not over yet' : ''}</span>
      </p>
      ${problemReport(tree.error)} ${tree.loading ? this.#waiting() : nothing}
      ${virtualTable({ label: 'Report', columns, rows: dimensions.length > 0 ? [total, ...rows] : [total], key: ({ path }) => pathKey(path) })}
    </section>`;
  }

  #name(row: TreeRow, names: readonly string[]) {
    const depth = row.path.length;
    if (depth === 0) return html`<strong>Total</strong>`;
    const words = row.path.at(-1) ?? '(none)';
    const next = names[depth] ?? '';
    const turn = () => (row.open ? this.#tree.close(row.path) : void this.#tree.open(row.path));
    return html`<span class="tree-value" style=${inlineStyle({ 'margin-left': `${(depth - 1) * 1.5}rem` })}>
      ${
        row.leaf
          ? nothing
          : html`<button type="button" class="button" aria-expanded=${row.open ? 'true' : 'false'} aria-label="${words} by ${next}" @click=${turn}>${row.open ? '−' : '+'}</button>`
      }
      ${words}
    </span>`;
  }

  #number(value: Cell): string {
    if (value === null) return '–';
    return typeof value === 'number' ? value.toLocaleString(LOCALE, { maximumFractionDigits: 1 }) : value;
  }

  /** The file has every dimension as a column. */
  async #save(kind: keyof typeof FILES): Promise<void> {
    const choice = this.#choice;
    if (!choice || this.#organisation === null) return;
    const organisation = this.#organisation;
    const body = { ...this.#body([]), dimensions: choice.dimensions };
    if (!(await this.#file.load(() => this.dashboard.reports.reportFile(organisation, body, FILES[kind]))) || !this.#file.value) return;
    download(`${choice.source.id}-report.${kind}`, this.#file.value);
  }
}

customElements.define('hw-report-builder', ReportBuilder);
