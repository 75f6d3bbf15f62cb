import uPlot from 'uplot';
import { formatCount } from '../format/number.ts';
import type { ChartColours } from './chart-colours.ts';

/** What the drawing functions read afresh at every draw. */
export interface ChartFrame {
  /** Seconds since 1970. */
  from: number;
  to: number;
  entitlement: number | null;
  mark: number | null;
  timeZone: string;
  colours: ChartColours;
}

export interface ChartSize {
  width: number;
  height: number;
}

/** `tile`: a line without axes. `page`: with axes and a cursor. */
export type ChartVariant = 'tile' | 'page';

export function chartOptions(
  variant: ChartVariant,
  size: ChartSize,
  frame: () => ChartFrame,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const large = variant === 'page';
  const axis = (more: uPlot.Axis): uPlot.Axis => ({
    stroke: () => frame().colours.text,
    font: frame().colours.font,
    grid: { stroke: () => frame().colours.grid, width: 1 },
    ticks: { show: false },
    ...more,
  });
  return {
    ...size,
    padding: large ? [12, 16, 0, 0] : [4, 5, 2, 1],
    legend: { show: false },
    cursor: large ? { y: false, points: { size: 9 }, drag: { x: false, y: false } } : { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), frame().timeZone),
    scales: {
      x: { time: true, range: () => [frame().from, frame().to] },
      y: { range: (_chart, low, high) => levelRange(low, high, frame(), large) },
    },
    axes: large
      ? [
          axis({ space: 80, size: 34, values: [[60, '{HH}:{mm}', null, null, null, null, null, null, 1]] }),
          axis({ space: 36, size: 56, incrs: [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000] }),
        ]
      : [{ show: false }, { show: false }],
    series: [
      {},
      {
        stroke: () => frame().colours.line,
        // Beside an axis, an area that does not begin at zero would tell a wrong proportion.
        fill: (chart) => (large && chart.scales['y']?.min !== 0 ? 'transparent' : frame().colours.water),
        width: large ? 2 : 1.5,
        points: { show: false },
        ...(uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
      },
    ],
    hooks: {
      drawAxes: [(chart) => drawLines(chart, frame(), large)],
      draw: [
        (chart) => drawNow(chart, frame(), large),
        (chart) => {
          if (large) drawLabels(chart, frame());
        },
      ],
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
    },
  };
}

/** From zero where the data comes near it; else close around the data, so that a line of 188 to 214 does not look flat. */
function levelRange(low: number | null, high: number | null, frame: ChartFrame, large: boolean): [number, number] {
  const top = Math.max(high ?? 0, frame.mark ?? 0, 1);
  const shown = frame.entitlement !== null && frame.entitlement <= top * (large ? 2 : 1.35) ? Math.max(top, frame.entitlement) : top;
  const bottom = low ?? 0;
  const room = Math.max(1, (shown - bottom) * 0.12);
  return [bottom < shown * 0.35 ? 0 : Math.max(0, bottom - room), shown + room];
}

interface LevelLine {
  level: number;
  colour: string;
  dash: number[];
  label: string;
}

function levelLines({ entitlement, mark, colours }: ChartFrame): LevelLine[] {
  const lines: LevelLine[] = [];
  if (entitlement !== null) {
    lines.push({ level: entitlement, colour: colours.entitlement, dash: [], label: `Concurrent entitlement ${formatCount(entitlement)}` });
  }
  if (mark !== null) lines.push({ level: mark, colour: colours.mark, dash: [5, 4], label: `High water today ${formatCount(mark)}` });
  return lines;
}

/** Where a level lies on the canvas, or `null` when it lies outside. */
function heightOf(chart: uPlot, level: number): number | null {
  const { top, height } = chart.bbox;
  const y = Math.round(chart.valToPos(level, 'y', true));
  return y < top || y > top + height ? null : y;
}

/** The entitlement as a solid line, today's high-water mark as a dashed one; below the level's own. */
function drawLines(chart: uPlot, frame: ChartFrame, large: boolean): void {
  const { ctx, bbox } = chart;
  ctx.save();
  for (const { level, colour, dash } of levelLines(frame)) {
    const y = heightOf(chart, level);
    if (y === null) continue;
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio * (large ? 1.5 : 1);
    ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

/** What the lines are; above everything, on a ground of their own. */
function drawLabels(chart: uPlot, frame: ChartFrame): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.font = frame.colours.font.replace(/^(\d+)px/, (_all, size: string) => `${Number(size) * devicePixelRatio}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 5 * devicePixelRatio;
  ctx.strokeStyle = frame.colours.ground;
  for (const { level, colour, label } of levelLines(frame)) {
    const y = heightOf(chart, level);
    if (y === null) continue;
    const place: [string, number, number] = [label, bbox.left + 6 * devicePixelRatio, y - 3 * devicePixelRatio];
    ctx.strokeText(...place);
    ctx.fillStyle = colour;
    ctx.fillText(...place);
  }
  ctx.restore();
}

/** A dot where the line ends: the newest number. */
function drawNow(chart: uPlot, frame: ChartFrame, large: boolean): void {
  const [xs, ys] = chart.data;
  const x = xs.at(-1);
  const y = ys?.at(-1);
  if (x === undefined || y === undefined || y === null) return;
  const { ctx } = chart;
  ctx.save();
  ctx.fillStyle = frame.colours.line;
  ctx.beginPath();
  ctx.arc(chart.valToPos(x, 'x', true), chart.valToPos(y, 'y', true), (large ? 4 : 2.75) * devicePixelRatio, 0, 2 * Math.PI);
  ctx.fill();
  ctx.restore();
}
