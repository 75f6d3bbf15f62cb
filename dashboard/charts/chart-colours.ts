import type uPlot from 'uplot';
import { formatCount } from '../format/number.ts';

export interface ChartColours {
  line: string;
  water: string;
  entitlement: string;
  mark: string;
  critical: string;
  warning: string;
  info: string;
  grid: string;
  text: string;
  ground: string;
  font: string;
}

/** The colours of the page's scheme. A canvas knows no custom properties, so they are read when it is drawn. */
export function chartColours(element: Element, small: boolean): ChartColours {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  return {
    line: read('--chart-line'),
    water: read('--chart-water'),
    entitlement: read('--chart-entitlement'),
    mark: read('--chart-mark'),
    critical: read('--red'),
    warning: read('--amber'),
    info: read('--tide'),
    grid: read('--chart-grid'),
    text: read('--chart-text'),
    ground: read('--surface'),
    font: `${Math.round(rem * (small ? 0.7 : 0.8))}px ${style.fontFamily}`,
  };
}

/** Calls back when the page's scheme changes, by the system or by hand. */
export function watchScheme(changed: () => void): () => void {
  const media = matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(changed);
  media.addEventListener('change', changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => {
    media.removeEventListener('change', changed);
    observer.disconnect();
  };
}

/** An axis as every chart has it; the colours are those of the moment at which it is drawn. */
export const axisOf =
  (colours: () => ChartColours) =>
  (more: uPlot.Axis): uPlot.Axis => ({
    stroke: () => colours().text,
    font: colours().font,
    grid: { stroke: () => colours().grid, width: 1 },
    ticks: { show: false },
    ...more,
  });

/** Steps of 1, 2, 2.5 and 5 between the marks of an axis; without one that is large enough uPlot would draw none. */
const LEVEL_STEPS = [1, 2, 5, 10, 20, 25, 50, ...[2, 3, 4, 5, 6].flatMap((power) => [1, 2, 2.5, 5].map((step) => step * 10 ** power))];
/** Width of a digit as a share of its height, and what stands between the longest label and the chart. */
const [DIGIT_WIDTH, LABEL_GAP] = [0.6, 16];

/** The axis of the levels: whole numbers in groups, with room for the longest. */
export const levelAxis = (colours: () => ChartColours): uPlot.Axis =>
  axisOf(colours)({
    space: 36,
    incrs: LEVEL_STEPS,
    values: (_chart, levels) => levels.map(formatCount),
    size: (_chart, labels) => {
      const longest = Math.max(0, ...(labels ?? []).map((label) => label.length));
      return Math.max(56, Math.ceil(longest * Number.parseFloat(colours().font) * DIGIT_WIDTH) + LABEL_GAP);
    },
  });
