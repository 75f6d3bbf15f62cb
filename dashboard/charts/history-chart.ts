import 'uplot/dist/uPlot.min.css';
import { html, LitElement } from 'lit';
import uPlot from 'uplot';
import type { HistoryRow } from '../../shared/views.ts';
import type { TimeRange } from '../format/range.ts';
import { chartColours, watchScheme } from './chart-colours.ts';
import { type FiringStretch, type HistoryFrame, historyData, historyOptions } from './history-options.ts';
import type { LevelLine } from './level-lines.ts';

/**
 * Lowest, average and highest levels over any stretch. Tells `view-change` (a `TimeRange`, by hand or key; `null`: the whole) and `pick`
 * (the bucket that was clicked). Its words for a bucket are handed in.
 */
export class HistoryChart extends LitElement {
  static override properties = {
    rows: { attribute: false },
    range: { attribute: false },
    lines: { attribute: false },
    firings: { attribute: false },
    timeZone: { attribute: false },
    describe: { attribute: false },
    label: { attribute: false },
    readout: { state: true },
  };
  declare rows: readonly HistoryRow[];
  declare range: TimeRange;
  declare lines: readonly LevelLine[];
  declare firings: readonly FiringStretch[];
  declare timeZone: string;
  declare describe: (row: HistoryRow) => string;
  declare label: string;
  declare readout: string;

  #chart: uPlot | null = null;
  #frame: HistoryFrame | null = null;
  #under: HistoryRow | null = null;
  #ends: (() => void)[] = [];

  constructor() {
    super();
    this.rows = [];
    this.range = { from: 0, to: 1 };
    this.lines = [];
    this.firings = [];
    this.timeZone = 'UTC';
    this.describe = () => '';
    this.label = '';
    this.readout = '';
  }

  /** In the light, so that uPlot's style sheet reaches it. */
  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const resize = new ResizeObserver(() => this.#resize());
    resize.observe(this);
    this.#ends = [() => resize.disconnect(), watchScheme(() => this.#rebuild())];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#ends) end();
    this.#chart?.destroy();
    this.#chart = null;
  }

  override render() {
    const button = (words: string, label: string, act: () => void) =>
      html`<button type="button" class="button" aria-label=${label} @click=${act}>${words}</button>`;
    return html`<div class="history-chart" role="group" tabindex="0" aria-label="${this.label}. Arrow keys move, plus and minus zoom, 0 shows all; the table below says the same." @keydown=${this.#key}>
        <div class="chart-canvas" aria-hidden="true" @click=${this.#pick}></div>
        <p class="chart-readout" aria-hidden="true">${this.readout || 'Drag to zoom, click a level for who was in it'}</p>
      </div>
      <div class="chart-tools">
        ${button('◀', 'Earlier', () => this.#move(-0.5, 1))} ${button('▶', 'Later', () => this.#move(0.5, 1))}
        ${button('+', 'Zoom in', () => this.#move(0, 0.5))} ${button('−', 'Zoom out', () => this.#move(0, 2))}
        ${button('Whole range', 'Show the whole range', () => this.#tell(null))}
      </div>`;
  }

  override updated(changed: Map<PropertyKey, unknown>): void {
    if (['rows', 'range', 'lines', 'firings', 'timeZone'].some((name) => changed.has(name))) this.#draw();
  }

  get #box(): HTMLElement | null {
    return this.querySelector('.chart-canvas');
  }

  #resize(): void {
    const box = this.#box;
    if (!box || box.clientWidth === 0) return;
    if (!this.#chart) this.#draw();
    else if (box.clientWidth !== this.#chart.width || box.clientHeight !== this.#chart.height) {
      this.#chart.setSize({ width: box.clientWidth, height: box.clientHeight });
    }
  }

  #rebuild(): void {
    this.#chart?.destroy();
    this.#chart = null;
    this.#draw();
  }

  #draw(): void {
    const box = this.#box;
    if (!box || box.clientWidth === 0) return;
    const { rows, lines, firings, timeZone, range } = this;
    const colours = this.#chart && this.#frame ? this.#frame.colours : chartColours(this, false);
    const first: HistoryFrame = { from: range.from / 1_000, to: range.to / 1_000, rows, lines, firings, timeZone, colours };
    this.#frame = first;
    const data = historyData(rows);
    if (this.#chart) {
      this.#chart.setData(data);
      return;
    }
    const on = {
      cursor: (at: number | null) => this.#read(at),
      select: (from: number, to: number) => this.#tell({ from: Math.round(from * 1_000), to: Math.round(to * 1_000) }),
    };
    const size = { width: box.clientWidth, height: box.clientHeight };
    this.#chart = new uPlot(
      historyOptions(size, () => this.#frame ?? first, on),
      data,
      box,
    );
  }

  #read(seconds: number | null): void {
    const at = seconds === null ? null : seconds * 1_000;
    this.#under = at === null ? null : (this.rows.find((row) => Date.parse(row.start) <= at && at < Date.parse(row.end)) ?? null);
    this.readout = this.#under ? this.describe(this.#under) : '';
  }

  #pick(): void {
    if (this.#under) this.dispatchEvent(new CustomEvent('pick', { detail: this.#under }));
  }

  #key(event: KeyboardEvent): void {
    const moves: Record<string, () => void> = {
      ArrowLeft: () => this.#move(-0.25, 1),
      ArrowRight: () => this.#move(0.25, 1),
      '+': () => this.#move(0, 0.5),
      '=': () => this.#move(0, 0.5),
      '-': () => this.#move(0, 2),
      '0': () => this.#tell(null),
    };
    const move = event.ctrlKey || event.metaKey || event.altKey ? undefined : moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  }

  /** @param shift as a share of what is shown */
  #move(shift: number, zoom: number): void {
    const { from, to } = this.range;
    const length = to - from;
    const middle = (from + to) / 2 + shift * length;
    const half = Math.max(150_000, (length * zoom) / 2);
    this.#tell({ from: Math.round(middle - half), to: Math.round(middle + half) });
  }

  #tell(range: TimeRange | null): void {
    this.dispatchEvent(new CustomEvent('view-change', { detail: range }));
  }
}

customElements.define('hw-history-chart', HistoryChart);
