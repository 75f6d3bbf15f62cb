import { html, nothing } from 'lit';
import type { PeakView } from '../../shared/bill.ts';
import { formatInstant, parseInstant } from '../../shared/time.ts';
import type { HistoryRow } from '../../shared/views.ts';
import '../charts/history-chart.ts';
import type { FiringStretch } from '../charts/history-options.ts';
import type { LevelLine } from '../charts/level-lines.ts';
import { readOn } from '../client/read-on.ts';
import { firingTable } from '../components/firing-table.ts';
import { downloadHistory, historyTable } from '../components/history-table.ts';
import { chosenType, licencePicker, licenceRows } from '../components/licence-picker.ts';
import { LightElement } from '../components/light-element.ts';
import { problemReport } from '../components/problem-report.ts';
import { chosenRange, rangePicker } from '../components/range-picker.ts';
import { receiptView } from '../components/receipt.ts';
import { AskController } from '../controllers/ask-controller.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { thresholdLines } from '../controllers/level-chart-source.ts';
import { WatchController } from '../controllers/watch-controller.ts';
import { type Firing, firingsIn, LOOK_BACK_MS } from '../format/alert-firings.ts';
import { bucketInWords, highestOf, RESOLUTION_WORDS, resolutionFor } from '../format/history-words.ts';
import { formatCount } from '../format/number.ts';
import { rangeInWords, type TimeRange } from '../format/range.ts';
import { exactMoment, zoneLabel } from '../format/time.ts';

/** Steps of alerts that are asked for at once, and that are shown in all. */
const [STEPS_A_PAGE, MOST_STEPS] = [2_000, 20_000];
const FORGET = { zoomFrom: undefined, zoomTo: undefined, peakFrom: undefined, peakTo: undefined };

/** The level of one licence type over any stretch of time, down to the people of a peak. */
export class HistoryPage extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #history = new AskController<HistoryRow[]>(this, {
    key: () => this.#key({ view: this.#view }),
    ask: (signal) =>
      this.dashboard.reports.history(
        this.#organisation ?? '',
        { licenceType: this.#type ?? '', ...this.#view, resolution: resolutionFor(this.#view) },
        signal,
      ),
    within: () => this.#key({}),
  });
  readonly #firings = new AskController<{ firings: Firing[]; cutAt: string | null }>(this, {
    key: () => this.#key({ firings: this.#view }),
    ask: async (signal) => {
      const { from, to } = this.#view;
      const [organisation, query] = [
        this.#organisation ?? '',
        { licenceType: this.#type ?? '', from: formatInstant(from - LOOK_BACK_MS), to: formatInstant(to), limit: STEPS_A_PAGE },
      ];
      const steps = await readOn((cursor) => this.dashboard.alertsApi.history(organisation, { ...query, cursor }, signal), MOST_STEPS);
      return { firings: firingsIn(steps.items, this.#view), cutAt: steps.cut ? (steps.items.at(-1)?.at ?? null) : null };
    },
    within: () => this.#key({}),
  });
  readonly #peak = new AskController<PeakView>(this, {
    key: () => (this.#peakRange ? this.#key({ peak: this.#peakRange }) : null),
    ask: (signal) =>
      this.dashboard.reports.peak(this.#organisation ?? '', { licenceType: this.#type ?? '', ...(this.#peakRange as TimeRange) }, signal),
  });

  constructor() {
    super();
    new WatchController(this, () => [this.dashboard.navigation, this.dashboard.directory, this.dashboard.live, this.dashboard.alerts]);
  }

  get #organisation(): string | null {
    return this.dashboard.organisation()?.organisation ?? null;
  }

  get #type(): string | null {
    return chosenType(this.dashboard);
  }

  /** What is zoomed to; without that the whole range. */
  get #view(): TimeRange {
    return this.#instants('zoomFrom', 'zoomTo') ?? chosenRange(this.dashboard);
  }

  get #peakRange(): TimeRange | null {
    return this.#instants('peakFrom', 'peakTo');
  }

  #instants(first: string, last: string): TimeRange | null {
    const [from, to] = [first, last].map((name) => parseInstant(this.dashboard.navigation.query(name) ?? ''));
    return from != null && to != null && to > from ? { from, to } : null;
  }

  #key(more: object): string | null {
    return this.#organisation === null || this.#type === null ? null : JSON.stringify([this.#organisation, this.#type, more]);
  }

  override render() {
    const { dashboard } = this;
    const zone = dashboard.timeZone();
    const type = this.#type;
    const rows = (this.#history.value ?? []).filter((row) => row.licenceType === type);
    const view = this.#view;
    return html`<header class="page-head">
        <div>
          <h1>History</h1>
          <p class="page-note">Levels of one licence type, exact to the event</p>
        </div>
        ${licencePicker(dashboard)}
      </header>
      ${rangePicker(dashboard, FORGET)} ${problemReport(this.#history.error)}
      ${type === null && dashboard.live.state() ? html`<p class="lead section">Nobody has used a licence of this organisation yet.</p>` : this.#history.value === null && !this.#history.error ? html`<p class="lead loading">Reading the history …</p>` : this.#chart(type ?? '', rows, view, zone)}
      ${this.#people(type ?? '')}`;
  }

  #chart(type: string, rows: HistoryRow[], view: TimeRange, zone: string) {
    if (rows.length === 0) return html`<p class="lead section">Nobody used ${type} in this range.</p>`;
    const { dashboard } = this;
    const now = dashboard.live.serverNow();
    const describe = (row: HistoryRow) => bucketInWords(row, now, zone);
    const zoomed = dashboard.navigation.query('zoomFrom') !== null;
    return html`<section class="panel section" aria-label="Level of ${type}">
        <h2>${type}</h2>
        <p class="soft">${zoomed ? html`Zoomed to ${rangeInWords(view, zone)} · ` : nothing}by ${RESOLUTION_WORDS[resolutionFor(view)]}, band from lowest to highest, average dashed · ${zoneLabel(view.from, zone)}${this.#history.loading ? ' · reading …' : ''}</p>
        ${this.#summary(rows, now, zone)}
        <hw-history-chart
          .rows=${rows}
          .range=${view}
          .lines=${this.#lines(type)}
          .firings=${this.#stretches(view)}
          .timeZone=${zone}
          .describe=${describe}
          .label=${`Level of ${type}`}
          @view-change=${this.#zoom}
          @pick=${(event: CustomEvent<HistoryRow>) => dashboard.navigation.go(this.#peakHref(event.detail))}
        ></hw-history-chart>
        ${firingTable(this.#firings.value?.firings ?? [], dashboard)}
      </section>
      <section class="section">
        <p class="list-status">
          <span>${formatCount(rows.length)} stretches of ${RESOLUTION_WORDS[resolutionFor(view)]}</span>
          <button type="button" class="button" @click=${() => downloadHistory(`history-${type}`, rows)}>Export as CSV</button>
        </p>
        ${historyTable({ rows, dashboard, days: resolutionFor(view) === '1d', href: (row) => this.#peakHref(row) })}
      </section>`;
  }

  #summary(rows: HistoryRow[], now: number, zone: string) {
    const high = highestOf(rows);
    const gaps = rows.filter((row) => !row.complete).length;
    const cutAt = this.#firings.value?.cutAt ?? null;
    return html`<p>
        ${
          high
            ? html`Highest <strong>${formatCount(high.inUse.highest)}</strong> in use at
                <a href=${this.#peakHref(high)}>${exactMoment(parseInstant(high.inUse.highestAt ?? '') ?? now, now, zone)}</a>.`
            : 'Nobody was logged in.'
        }
        ${rows.some((row) => row.provisional) ? 'The last stretch is not over yet: its numbers are provisional.' : ''}
      </p>
      ${gaps > 0 ? html`<p class="soft">Hatched: Highwater was not recording for part of ${formatCount(gaps)} of ${formatCount(rows.length)} stretches; the true level may have been higher.</p>` : nothing}
      ${cutAt ? html`<p class="soft">There are more alerts than are shown: of before ${exactMoment(parseInstant(cutAt) ?? now, now, zone)} some may be missing. A shorter range has all of them.</p>` : nothing}
      ${this.#firings.error ? html`<p class="soft">Alerts that fired are missing: ${this.#firings.error.message}</p>` : nothing}`;
  }

  #lines(type: string): LevelLine[] {
    const row = licenceRows(this.dashboard).find((one) => one.licenceType === type);
    if (!row) return [];
    const total = row.concurrent.total;
    const own: LevelLine[] =
      total === null ? [] : [{ level: total, label: `Concurrent entitlement now ${formatCount(total)}`, kind: 'entitlement' }];
    return [...own, ...thresholdLines(this.dashboard, row)];
  }

  #stretches(view: TimeRange): FiringStretch[] {
    const { alerts, live } = this.dashboard;
    const end = Math.min(view.to, live.serverNow());
    return (this.#firings.value?.firings ?? []).map(({ rule, from, to }) => ({
      from,
      to: to ?? end,
      severity: alerts.rule(rule)?.severity ?? 'info',
    }));
  }

  #people(type: string) {
    if (!this.#peakRange) return nothing;
    const peak = this.#peak.value;
    return html`<section class="panel section" id="peak" aria-label="The peak">
      <h2>The peak of ${rangeInWords(this.#peakRange, this.dashboard.timeZone())}</h2>
      ${problemReport(this.#peak.error)} ${peak ? receiptView(peak.receipt, this.dashboard, `peak-${type}`) : this.#peak.error ? nothing : html`<p class="soft">Reading who was counted …</p>`}
    </section>`;
  }

  #peakHref(row: HistoryRow): string {
    return this.dashboard.navigation.here({ peakFrom: row.start, peakTo: row.end });
  }

  #zoom(event: CustomEvent<TimeRange | null>): void {
    const { navigation } = this.dashboard;
    const range = event.detail;
    const iso = (at: number) => new Date(at).toISOString();
    navigation.go(
      navigation.here(range ? { zoomFrom: iso(range.from), zoomTo: iso(range.to) } : { zoomFrom: undefined, zoomTo: undefined }),
    );
  }
}

customElements.define('hw-history-page', HistoryPage);
