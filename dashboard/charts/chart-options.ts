import uPlot from 'uplot';
import { axisOf, type ChartColours, levelAxis } from './chart-colours.ts';
import { drawLevelLabels, drawLevelLines, type LevelLine, linesUpTo } from './level-lines.ts';

/** What the drawing functions read afresh at every draw. */
export interface ChartFrame {
  /** Seconds since 1970. */
  from: number;
  to: number;
  lines: readonly LevelLine[];
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
  const axis = axisOf(() => frame().colours);
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
          levelAxis(() => frame().colours),
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
      drawAxes: [(chart) => drawLevelLines(chart, frame().lines, frame().colours, large ? 1.5 : 1)],
      draw: [
        (chart) => drawNow(chart, frame(), large),
        (chart) => {
          if (large) drawLevelLabels(chart, frame().lines, frame().colours);
        },
      ],
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
    },
  };
}

/** From zero where the data comes near it; else close around the data, so that a line of 188 to 214 does not look flat. */
function levelRange(low: number | null, high: number | null, { lines }: ChartFrame, large: boolean): [number, number] {
  const marks = lines.filter(({ kind }) => kind === 'mark').map(({ level }) => level);
  const top = Math.max(high ?? 0, ...marks, 1);
  const shown = Math.max(top, ...linesUpTo(lines, top * (large ? 2 : 1.35)));
  const bottom = low ?? 0;
  const room = Math.max(1, (shown - bottom) * 0.12);
  return [bottom < shown * 0.35 ? 0 : Math.max(0, bottom - room), shown + room];
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
