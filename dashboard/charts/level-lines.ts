import type uPlot from 'uplot';
import type { ChartColours } from './chart-colours.ts';

/** A level that is worth knowing, right across a chart. */
export interface LevelLine {
  level: number;
  label: string;
  kind: 'entitlement' | 'mark' | 'critical' | 'warning' | 'info';
}

/** What is bought is solid, what was reached dashed, where an alert begins dotted. */
const DASHES: Record<LevelLine['kind'], number[]> = {
  entitlement: [],
  mark: [5, 4],
  critical: [2, 3],
  warning: [2, 3],
  info: [2, 3],
};

/** The part of the lines that lies so near to the data that it is worth the room. */
export const linesUpTo = (lines: readonly LevelLine[], top: number): number[] =>
  lines.map(({ level }) => level).filter((level) => level <= top);

/** Where a level lies on the canvas, or `null` when it lies outside. */
function heightOf(chart: uPlot, level: number): number | null {
  const { top, height } = chart.bbox;
  const y = Math.round(chart.valToPos(level, 'y', true));
  return y < top || y > top + height ? null : y;
}

export function drawLevelLines(chart: uPlot, lines: readonly LevelLine[], colours: ChartColours, width: number): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.lineWidth = devicePixelRatio * width;
  for (const { level, kind } of lines) {
    const y = heightOf(chart, level);
    if (y === null) continue;
    ctx.strokeStyle = colours[kind];
    ctx.setLineDash(DASHES[kind].map((length) => length * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

/** What the lines are, above everything and on a ground of their own: at the left, else at the right, else where they would cover another, not. */
export function drawLevelLabels(chart: uPlot, lines: readonly LevelLine[], colours: ChartColours): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.font = colours.font.replace(/^(\d+)px/, (_all, size: string) => `${Number(size) * devicePixelRatio}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 5 * devicePixelRatio;
  ctx.strokeStyle = colours.ground;
  const high = Number.parseFloat(ctx.font) * 1.2;
  const taken: { left: number; right: number; y: number }[] = [];
  for (const { level, label, kind } of lines) {
    const y = heightOf(chart, level);
    if (y === null) continue;
    const margin = 6 * devicePixelRatio;
    const { width } = ctx.measureText(label);
    const free = [bbox.left + margin, bbox.left + bbox.width - margin - width].find(
      (left) => !taken.some((one) => Math.abs(one.y - y) < high && left < one.right + margin && one.left < left + width + margin),
    );
    if (free === undefined) continue;
    taken.push({ left: free, right: free + width, y });
    const place: [string, number, number] = [label, free, y - 3 * devicePixelRatio];
    ctx.strokeText(...place);
    ctx.fillStyle = colours[kind];
    ctx.fillText(...place);
  }
  ctx.restore();
}
