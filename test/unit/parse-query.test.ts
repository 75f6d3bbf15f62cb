import { expect, it } from 'vitest';
import { parseAnomalyQuery, parseLevelsQuery, parseRecordQuery, parseSessionQuery } from '../../server/parse/query.ts';
import { RefusedInput } from '../../server/parse/refusal.ts';

function errors(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof RefusedInput && error.code === 'invalid_query') return error.errors.map((problem) => problem.path);
    throw error;
  }
  throw new Error('was not refused');
}
const search = (text: string) => new URLSearchParams(text);

it('INGEST-30 fills in page size and order, and takes an empty value as none', () => {
  expect(parseRecordQuery(search('user=&from='))).toEqual({ limit: 1000, order: 'asc' });
});

it('INGEST-31 reads every filter of the records', () => {
  const text =
    'from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z&user=%C3%A9&licenceType=OUTBOUND+Agent&usageType=Released&logonSource=CRM&pool=over-limit&order=desc&limit=5&cursor=x&superseded=true';
  expect(parseRecordQuery(search(text))).toEqual({
    from: Date.UTC(2026, 10, 24),
    to: Date.UTC(2026, 10, 25),
    user: 'é',
    licenceType: 'Outbound Agent',
    usageType: 'Released',
    logonSource: 'CRM',
    pool: 'over-limit',
    order: 'desc',
    limit: 5,
    cursor: 'x',
    superseded: true,
  });
});

it('INGEST-32 refuses unknown, repeated and ill-typed parameters, all at once', () => {
  expect(errors(() => parseRecordQuery(search('licencetype=x&user=a&user=b&limit=0&order=up&from=yesterday&__proto__=1')))).toEqual([
    'user',
    'limit',
    'from',
    'order',
    'licencetype',
    '__proto__',
  ]);
  for (const limit of ['-1', '1e3', '10001', '1.5', 'x', '٣'])
    expect(errors(() => parseSessionQuery(search(`limit=${limit}`)))).toEqual(['limit']);
});

it('INGEST-33 refuses a range that ends before it begins', () => {
  expect(errors(() => parseAnomalyQuery(search('from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z')))).toEqual(['to']);
});

it('INGEST-34 needs a range for levels', () => {
  expect(errors(() => parseLevelsQuery(search('points=10')))).toEqual(['from', 'to']);
});
