import uPlot from 'uplot';
import type { Severity } from '../../shared/alerts.ts';
import type { HistoryRow } from '../../shared/views.ts';
import { axisOf, type ChartColours, levelAxis } from './chart-colours.ts';
import { drawLevelLabels, drawLevelLines, type LevelLine, linesUpTo } from './level-lines.ts';

/** A stretch in which an alert fired. Milliseconds since 1970; one that goes on ends at the end of the range. */
export interface FiringStretch {
  from: number;
  to: number;
  severity: Severity;
}

/** What the drawing functions read afresh at every draw. Seconds since 1970. */
export interface HistoryFrame {
  from: number;
  to: number;
  rows: readonly HistoryRow[];
  lines: readonly LevelLine[];
  firings: readonly FiringStretch[];
  timeZone: string;
  colours: ChartColours;
}

/** Starts, with the lowest, highest and average level of each bucket; stretches without a bucket are empty. */
export function historyData(rows: readonly HistoryRow[]): uPlot.AlignedData {
  const [x, low, high, mean]: [number[], (number | null)[], (number | null)[], (number | null)[]] = [[], [], [], []];
  const put = (at: number, row: HistoryRow | null) => {
    x.push(at);
    low.push(row?.inUse.lowest ?? null);
    high.push(row?.inUse.highest ?? null);
    mean.push(row?.inUse.average ?? null);
  };
  rows.forEach((row, index) => {
    put(Date.parse(row.start) / 1_000, row);
    const next = rows[index + 1];
    if (next?.start === row.end) return;
    // A step needs its end: just before it the level still holds.
    put(Date.parse(row.end) / 1_000 - 0.001, row);
    if (next) put(Date.parse(row.end) / 1_000, null);
  });
  return [x, low, high, mean];
}

export function historyOptions(
  size: { width: number; height: number },
  frame: () => HistoryFrame,
  on: { cursor(at: number | null): void; select(from: number, to: number): void },
): uPlot.Options {
  const axis = axisOf(() => frame().colours);
  const paths = uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {};
  return {
    ...size,
    padding: [12, 28, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), frame().timeZone),
    scales: {
      x: { time: true, range: () => [frame().from, frame().to] },
      y: { range: (_chart, _low, high) => [0, Math.max(1, high ?? 0, ...linesUpTo(frame().lines, Math.max(high ?? 0, 1) * 2)) * 1.08] },
    },
    axes: [
      axis({
        space: 90,
        size: 40,
        values: [
          [86_400, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
          [60, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
          [1, '{HH}:{mm}:{ss}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
        ],
      }),
      levelAxis(() => frame().colours),
    ],
    series: [
      {},
      { stroke: 'transparent', points: { show: false }, ...paths },
      { stroke: () => frame().colours.line, width: 2, points: { show: false }, ...paths },
      { stroke: () => frame().colours.line, width: 1, dash: [3, 3], points: { show: false }, ...paths },
    ],
    bands: [{ series: [2, 1], fill: () => frame().colours.water }],
    hooks: {
      drawAxes: [(chart) => drawGaps(chart, frame()), (chart) => drawLevelLines(chart, frame().lines, frame().colours, 1.5)],
      draw: [(chart) => drawFirings(chart, frame()), (chart) => drawLevelLabels(chart, frame().lines, frame().colours)],
      setCursor: [({ cursor, posToVal }) => on.cursor(cursor.left === undefined || cursor.left < 0 ? null : posToVal(cursor.left, 'x'))],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width > 4) on.select(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

/** Hatched where Highwater was not recording: what is drawn there may be too low. */
function drawGaps(chart: uPlot, { rows, colours, from, to }: HistoryFrame): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colours.mark;
  ctx.lineWidth = devicePixelRatio;
  const place = (seconds: number) => chart.valToPos(Math.min(Math.max(seconds, from), to), 'x', true);
  for (const row of rows) {
    if (row.complete) continue;
    const left = place(Date.parse(row.start) / 1_000);
    const right = place(Date.parse(row.end) / 1_000);
    if (right <= left) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    const gap = 8 * devicePixelRatio;
    for (let x = Math.floor((left - bbox.height) / gap) * gap; x < right; x += gap) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

/** Bars along the bottom in a lane for each severity, the worse the higher, so that they are told apart without colour too. */
const LANES: Record<Severity, number> = { info: 1, warning: 2, critical: 3 };
const LANE = 6;

function drawFirings(chart: uPlot, { firings, colours, from, to }: HistoryFrame): void {
  const { ctx, bbox } = chart;
  const place = (at: number) => chart.valToPos(Math.min(Math.max(at / 1_000, from), to), 'x', true);
  ctx.save();
  for (const { severity, ...stretch } of firings) {
    const [left, right] = [place(stretch.from), place(stretch.to)];
    const top = bbox.top + bbox.height - LANES[severity] * LANE * devicePixelRatio;
    ctx.fillStyle = colours[severity];
    ctx.fillRect(left, top, Math.max(right - left, 2 * devicePixelRatio), (LANE - 1) * devicePixelRatio);
  }
  ctx.restore();
}
