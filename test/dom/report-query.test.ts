import { describe, expect, it } from 'vitest';
import { csvText } from '../../dashboard/components/download.ts';
import { addFilter, pathKey, readChoice, removeFilter, treeRows } from '../../dashboard/format/report-query.ts';
import type { DataSource, ReportView } from '../../shared/reports.ts';

const one = (id: string) => ({ id, name: id, meaning: id });
const SOURCE: DataSource = {
  id: 'licence-usage',
  name: 'Licence Usage',
  fields: [{ ...one('user'), type: 'text', filter: true, dimension: true }],
  metrics: ['acquired', 'released', 'logins', 'distinctUsers'].map(one),
  dimensions: [one('licenceType'), one('user')],
};
const choice = (query: Record<string, string>) => readChoice([SOURCE], (name) => query[name] ?? null);

describe('reports', () => {
  it('UI-63: the address is believed as far as the data source knows it', () => {
    expect(choice({})).toMatchObject({ metrics: ['acquired', 'released', 'logins'], dimensions: ['licenceType'], filters: [] });
    const asked = {
      metrics: 'distinctUsers,nonsense',
      dimensions: 'user,nonsense',
      filters: '[{"field":"user","in":["a"]},{"field":"x","in":[1]}]',
    };
    expect(choice(asked)).toMatchObject({ metrics: ['distinctUsers'], dimensions: ['user'], filters: [{ field: 'user', in: ['a'] }] });
    for (const filters of ['{', 'null', '7', '[null]', '[{"field":"user"}]']) expect(choice({ filters })?.filters).toEqual([]);
    expect(choice({ dimensions: 'none' })?.dimensions).toEqual([]);
  });

  it('UI-63: filters take any of their values, and go with their last', () => {
    const two = addFilter(addFilter([], 'user', 'a'), 'user', 'b');
    expect(two).toEqual([{ field: 'user', in: ['a', 'b'] }]);
    expect(addFilter(two, 'user', 'a')).toEqual(two);
    expect(removeFilter(removeFilter(two, 'user', 'a'), 'user', 'b')).toEqual([]);
  });

  it('UI-63: opened rows stand below their own, however deep', () => {
    const view = (rows: (string | number | null)[][]) => ({ rows }) as ReportView;
    const answers = new Map([
      [
        pathKey([]),
        view([
          ['A', 1],
          [null, 2],
        ]),
      ],
      [pathKey(['A']), view([['x', 3]])],
    ]);
    expect(treeRows(answers, 2)).toEqual([
      { path: ['A'], values: [1], leaf: false, open: true },
      { path: ['A', 'x'], values: [3], leaf: true, open: false },
      { path: [null], values: [2], leaf: false, open: false },
    ]);
  });

  it('UI-64: a file made on the page quotes what must be, and hands a spreadsheet no formula', () => {
    expect(csvText([['a,b', '=1+1', 'say "x"', null, -3]])).toBe('"a,b",\'=1+1,"say ""x""",,-3\r\n');
  });
});
