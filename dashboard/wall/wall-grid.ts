export interface WallGrid {
  columns: number;
  rows: number;
  /** Height of the large digits in pixels. */
  digits: number;
}

/** Share of a tile's height that the digits may take; the rest is name, gauge and state. */
const DIGITS_OF_HEIGHT = 0.5;
const DIGITS_OF_WIDTH = 0.88;
/** Width of a tabular digit as a share of its height. */
const DIGIT_WIDTH = 0.58;

/**
 * The grid in which the digits become largest.
 *
 * @param count tiles
 * @param width of the place for them, in pixels; `height` likewise
 * @param characters of the longest number
 */
export function wallGrid(count: number, width: number, height: number, characters: number, gap = 0): WallGrid {
  let best: WallGrid = { columns: 1, rows: Math.max(1, count), digits: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.max(1, Math.ceil(count / columns));
    const tileWidth = (width - gap * (columns - 1)) / columns;
    const tileHeight = (height - gap * (rows - 1)) / rows;
    const digits = Math.min(tileHeight * DIGITS_OF_HEIGHT, (tileWidth * DIGITS_OF_WIDTH) / (Math.max(2, characters) * DIGIT_WIDTH));
    // Of equal digits, fewer empty places.
    const fuller = digits === best.digits && columns * rows < best.columns * best.rows;
    if (digits > best.digits || fuller) best = { columns, rows, digits };
  }
  return { ...best, digits: Math.max(1, Math.floor(best.digits)) };
}
