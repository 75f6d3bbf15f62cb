import type { Cell, DataSource, ReportFilter, ReportView } from '../../shared/reports.ts';

/** What a report asks, without its range. */
export interface ReportChoice {
  source: DataSource;
  metrics: string[];
  dimensions: string[];
  filters: ReportFilter[];
}

/** Metrics of a report that nobody has chosen any for. */
const USUAL = 3;

/** A choice as the address has it; what the data source does not know is left out. */
export function readChoice(sources: readonly DataSource[], query: (name: string) => string | null): ReportChoice | null {
  const source = sources.find(({ id }) => id === query('source')) ?? sources[0];
  if (!source) return null;
  const known = (name: string, all: readonly { id: string }[]) =>
    query(name)
      ?.split(',')
      .filter((id) => all.some((one) => one.id === id));
  const metrics = known('metrics', source.metrics) ?? [];
  return {
    source,
    metrics: metrics.length > 0 ? metrics : source.metrics.slice(0, USUAL).map(({ id }) => id),
    dimensions: known('dimensions', source.dimensions) ?? ['licenceType'],
    filters: readFilters(query('filters'), source),
  };
}

function readFilters(text: string | null, { fields }: DataSource): ReportFilter[] {
  try {
    const parsed: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(parsed)) return [];
    return parsed.filter(
      (one): one is ReportFilter => Array.isArray(one?.in) && fields.some((field) => field.filter && field.id === one.field),
    );
  } catch {
    return [];
  }
}

/** The filters with one more value. */
export function addFilter(filters: readonly ReportFilter[], field: string, value: Cell): ReportFilter[] {
  const same = filters.find((one) => one.field === field);
  if (!same) return [...filters, { field, in: [value] }];
  if (same.in.includes(value)) return [...filters];
  return filters.map((one) => (one === same ? { field, in: [...one.in, value] } : one));
}

export function removeFilter(filters: readonly ReportFilter[], field: string, value: Cell): ReportFilter[] {
  return filters
    .map((one) => (one.field === field ? { field, in: one.in.filter((cell) => cell !== value) } : one))
    .filter((one) => one.in.length > 0);
}

/** A row of the nested table: what it stands for, from the outermost dimension inwards, and its metrics. */
export interface TreeRow {
  path: Cell[];
  values: Cell[];
  leaf: boolean;
  open: boolean;
}

export const pathKey = (path: readonly Cell[]): string => JSON.stringify(path);

/** @param answers by the path of the row that was opened; each has one dimension */
export function treeRows(answers: ReadonlyMap<string, ReportView>, depth: number, path: Cell[] = []): TreeRow[] {
  const answer = answers.get(pathKey(path));
  return (answer?.rows ?? []).flatMap(([name = null, ...values]) => {
    const own = [...path, name];
    const leaf = own.length >= depth;
    const open = answers.has(pathKey(own));
    return [{ path: own, values, leaf, open }, ...(open ? treeRows(answers, depth, own) : [])];
  });
}
