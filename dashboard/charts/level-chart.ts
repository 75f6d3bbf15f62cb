import 'uplot/dist/uPlot.min.css';
import { html, LitElement, type PropertyValues } from 'lit';
import uPlot from 'uplot';
import { formatCount } from '../format/number.ts';
import { clockTime } from '../format/time.ts';
import { chartColours, watchScheme } from './chart-colours.ts';
import { type ChartFrame, type ChartVariant, chartOptions } from './chart-options.ts';
import type { LevelLine } from './level-lines.ts';
import { type ChartData, type StepsIn, thin } from './thin.ts';

const SPAN_MS = 3_600_000;
const REDRAW_MS = 1_000;

/** What a chart shows now. `until`: the server's clock when the numbers were last confirmed, so that a line that went old stops. */
export interface ChartSource {
  steps: StepsIn;
  now: number;
  until: number;
  lines: readonly LevelLine[];
  timeZone: string;
}

/** A stepped line of the last hour. Draws itself once a second, and only when it is on screen and something would look different. */
export class LevelChart extends LitElement {
  static override properties = { source: { attribute: false }, variant: { attribute: false }, readout: { state: true } };
  /** `null`: nothing to show. */
  declare source: () => ChartSource | null;
  declare variant: ChartVariant;
  declare readout: string;

  #chart: uPlot | null = null;
  #data: ChartData = { x: [], y: [] };
  #frame: ChartFrame | null = null;
  #drawn = '';
  #visible = true;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ends: (() => void)[] = [];

  constructor() {
    super();
    this.variant = 'tile';
    this.readout = '';
  }

  /** In the light, like every element of the dashboard, so that uPlot's style sheet reaches it. */
  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
    const resize = new ResizeObserver(() => this.#resize());
    const sight = new IntersectionObserver((entries) => {
      this.#visible = entries.at(-1)?.isIntersecting ?? true;
      this.#draw();
    });
    resize.observe(this);
    sight.observe(this);
    this.#ends = [() => resize.disconnect(), () => sight.disconnect(), watchScheme(() => this.#rebuild())];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    for (const end of this.#ends) end();
    this.#chart?.destroy();
    this.#chart = null;
  }

  override render() {
    return html`<div class="chart-canvas" aria-hidden="true"></div>
      ${this.variant === 'page' ? html`<p class="chart-readout" aria-hidden="true">${this.readout || ' '}</p>` : ''}`;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('source') || changed.has('variant')) this.#draw();
  }

  get #canvas(): HTMLElement | null {
    return this.querySelector('.chart-canvas');
  }

  #resize(): void {
    const box = this.#canvas;
    if (!box || !this.#chart || box.clientWidth === 0) return;
    if (box.clientWidth === this.#chart.width && box.clientHeight === this.#chart.height) return;
    this.#drawn = '';
    this.#chart.setSize({ width: box.clientWidth, height: box.clientHeight });
    this.#draw();
  }

  #rebuild(): void {
    this.#chart?.destroy();
    this.#chart = null;
    this.#drawn = '';
    this.#draw();
  }

  #draw(): void {
    const box = this.#canvas;
    if (!box || !this.source || !this.#visible || document.hidden || box.clientWidth === 0) return;
    const shown = this.source();
    if (!shown) return;
    const { steps, now, until, lines, timeZone } = shown;
    const pixel = SPAN_MS / box.clientWidth;
    const looks = [
      Math.floor(now / pixel),
      Math.floor(until / pixel),
      steps.at.length,
      steps.at.at(-1),
      steps.level.at(-1),
      ...lines.flatMap(({ level, label }) => [level, label]),
    ];
    if (looks.join() === this.#drawn) return;
    this.#drawn = looks.join();
    this.#data = thin(steps, now - SPAN_MS, until, box.clientWidth);
    const colours = this.#frame && this.#chart ? this.#frame.colours : chartColours(this, this.variant === 'tile');
    this.#frame = { from: (now - SPAN_MS) / 1_000, to: now / 1_000, lines, timeZone, colours };
    const data: uPlot.AlignedData = [this.#data.x, this.#data.y];
    if (this.#chart) this.#chart.setData(data);
    else this.#chart = this.#build(box, data, this.#frame);
  }

  #build(box: HTMLElement, data: uPlot.AlignedData, first: ChartFrame): uPlot {
    const size = { width: box.clientWidth, height: box.clientHeight };
    const options = chartOptions(
      this.variant,
      size,
      () => this.#frame ?? first,
      (index) => this.#read(index),
    );
    return new uPlot(options, data, box);
  }

  #read(index: number | null): void {
    const x = index === null ? undefined : this.#data.x[index];
    const y = index === null ? undefined : this.#data.y[index];
    if (x === undefined || y === undefined || !this.#frame) {
      this.readout = '';
      return;
    }
    const time = clockTime(x * 1_000, this.#frame.timeZone);
    this.readout = `${time}: ${formatCount(y)} in use`;
  }
}

customElements.define('hw-level-chart', LevelChart);
