import { HttpProblem } from './problem.ts';

/**
 * The offered media type that the caller likes best, the first offered among equals; the first where nothing is asked for.
 * @throws HttpProblem 406 when none is acceptable
 * @example negotiate('text/csv, *\/*;q=0.1', ['application/json', 'text/csv']) // 'text/csv'
 */
export function negotiate<T extends string>(header: string | undefined, offered: readonly [T, ...T[]]): T {
  if (header === undefined || header.trim() === '') return offered[0];
  const ranges = header.split(',').map(parseRange);
  let best: T | null = null;
  let highest = 0;
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > highest) [best, highest] = [type, quality];
  }
  if (best === null)
    throw new HttpProblem(406, 'not_acceptable', `This can be had as ${offered.join(', ')}.`, { headers: { Vary: 'Accept' } });
  return best;
}

interface Range {
  type: string;
  quality: number;
}

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = q === undefined ? 1 : Number(q.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most specific range that matches decides. */
function qualityOf(type: string, ranges: Range[]): number {
  for (const candidate of [type, `${type.split('/')[0]}/*`, '*/*']) {
    const range = ranges.find((item) => item.type === candidate);
    if (range) return range.quality;
  }
  return 0;
}
