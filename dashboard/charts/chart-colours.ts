import type uPlot from 'uplot';

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
