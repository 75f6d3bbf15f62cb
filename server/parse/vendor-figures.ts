import { z } from 'zod';
import type { GivenFigure } from '../../shared/vendor-figures.ts';
import { count, name } from './fields.ts';
import { fieldProblems } from './issues.ts';
import { importQuery, licenceType, pageQuery, parseQuery } from './query.ts';
import { Problems } from './refusal.ts';

const FIGURES = 10_000;
const USUAL_SOURCE = 'vendor';

const date = z.string().refine(isDate, { message: 'must be a day like 2026-10-31' });
function isDate(text: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text);
}

const isMonth = (text: string): boolean => /^\d{4}-(?:0[1-9]|1[0-2])$/.test(text);
const dateOrMonth = z
  .string()
  .refine((text) => isDate(text) || isMonth(text), { message: 'must be a day like 2026-10-31, or a month like 2026-10' });

export const figureSchema = z.strictObject({ date: dateOrMonth, licenceType, value: count, contingency: count.optional() });
export const figuresQuery = pageQuery.extend({ source: name.optional(), from: date.optional(), to: date.optional() });
export const deleteFiguresQuery = z.strictObject({ source: name, from: date.optional(), to: date.optional() });
export const giveFiguresQuery = importQuery.extend({ source: name.default(USUAL_SOURCE) });

export const parseFiguresQuery = (search: URLSearchParams) => parseQuery(figuresQuery, search);
export const parseDeleteFiguresQuery = (search: URLSearchParams) => parseQuery(deleteFiguresQuery, search);
export const parseGiveFiguresQuery = (search: URLSearchParams) => parseQuery(giveFiguresQuery, search);

/** A list of figures of days, or of months. @throws RefusedInput with every problem, `index` telling the item */
export function parseFigures(body: unknown): GivenFigure[] {
  const problems = new Problems();
  if (!Array.isArray(body)) problems.add({ path: '', message: 'must be an array of figures' });
  else if (body.length === 0 || body.length > FIGURES) problems.add({ path: '', message: `must have 1 to ${FIGURES} figures` });
  const items = Array.isArray(body) ? body.slice(0, FIGURES) : [];
  const figures = new Map<string, GivenFigure>();
  for (const [index, item] of items.entries()) {
    const parsed = figureSchema.safeParse(item, { reportInput: true });
    for (const issue of parsed.error?.issues ?? []) for (const problem of fieldProblems(issue)) problems.add({ index, ...problem });
    if (!parsed.success) continue;
    const { contingency = null, ...given } = parsed.data;
    const key = `${given.date} ${given.licenceType}`;
    if (figures.has(key)) problems.add({ index, path: 'date', message: 'stands in the list twice with this licence type' });
    figures.set(key, { ...given, contingency, kind: isMonth(given.date) ? 'month' : 'day', rows: 1 });
  }
  problems.throwIfAny('invalid_body', 'Nothing was taken');
  return [...figures.values()];
}
