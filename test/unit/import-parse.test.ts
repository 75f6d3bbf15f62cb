import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { csvLines } from '../../server/import/csv-lines.ts';
import { localInstants } from '../../server/licensing/local-instants.ts';
import { readDateTime, readUtc } from '../../server/parse/import-date.ts';
import { parseHeader } from '../../server/parse/import-header.ts';
import { createRowReader, type RowReading } from '../../server/parse/import-row.ts';
import { RefusedInput } from '../../server/parse/refusal.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import type { DateOrder } from '../../shared/import.ts';
import { HEADER } from '../support/import.ts';

async function lines(...chunks: (string | Uint8Array)[]) {
  async function* bytes() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const found: [number, ...string[]][] = [];
  for await (const { line, fields } of csvLines(bytes())) found.push([line, ...fields]);
  return found;
}

const NOW = Date.parse('2026-11-24T05:00:00Z');
const read = (row: string, more: { columns?: string; timeZone?: string; dateOrder?: DateOrder } = {}): RowReading => {
  const { columns = '', timeZone = 'Europe/London', dateOrder } = more;
  const header = parseHeader(1, `${HEADER}${columns}`.split(','));
  const instants = localInstants(timeZone);
  return createRowReader({ catalogue: BUILT_IN_CATALOGUE, header, dateOrder, timeZone, instants, now: NOW })(2, row.split(','));
};
const row = (time: string, { usage = 'Acquired', type = 'Agent E-mail', user = 'edred', source = 'Agent Desktop' } = {}) =>
  [usage, time, type, user, source].join(',');

describe('lines', () => {
  it('IMPORT-1 a byte order mark vanishes, CRLF, LF and CR end lines, blank lines are passed over and counted', async () => {
    expect(await lines('\uFEFFa,b\r\n1,2\r\n\r\n3,4\n5,6\r7,8')).toEqual([
      [1, 'a', 'b'],
      [2, '1', '2'],
      [4, '3', '4'],
      [5, '5', '6'],
      [6, '7', '8'],
    ]);
  });

  it('IMPORT-2 quoted fields hold commas, quotation marks and line ends; a row has the line on which it begins', async () => {
    expect(await lines('a,b\r\n"x, ""y""","1\r\n2\r\n3"\r\nz,w\r\n')).toEqual([
      [1, 'a', 'b'],
      [2, 'x, "y"', '1\n2\n3'],
      [5, 'z', 'w'],
    ]);
  });

  it('IMPORT-1 wherever the bytes are cut, the lines are the same', async () => {
    const bytes = Buffer.from('\uFEFFa,b\r\n"Zo\u00eb\r\n2",\u{1F600}\r\n3,4\r\n');
    const whole = await lines(bytes);
    for (let cut = 1; cut < bytes.length; cut++) expect(await lines(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(whole);
  });

  it('IMPORT-2 a quotation mark that is never closed refuses the file', async () => {
    await expect(lines('a,b\n"1,2\n3,4\n')).rejects.toThrow(RefusedInput);
    await expect(lines(`a,b\n"${'1,2\n'.repeat(100_000)}`)).rejects.toThrow(RefusedInput);
  });

  it('IMPORT-3 columns may stand in any order and case; one that is needed must be there, none twice', () => {
    expect(parseHeader(1, ['User', 'logon source', 'X', 'Usage Type', 'Licence Type', ' Logged Date Time'])).toEqual({
      width: 6,
      columns: { User: 0, 'Logon Source': 1, 'Usage Type': 3, 'Licence Type': 4, 'Logged Date Time': 5 },
      normalised: [
        { line: 1, column: 'Logged Date Time', from: ' Logged Date Time', to: 'Logged Date Time' },
        { line: 1, column: 'Logon Source', from: 'logon source', to: 'Logon Source' },
      ],
    });
    expect(() => parseHeader(1, ['Usage Type', 'User'])).toThrow(/Logged Date Time is missing/);
    expect(() => parseHeader(1, [...HEADER.split(','), 'User'])).toThrow(/User is there more than once/);
  });
});

describe('dates', () => {
  const wall = (text: string) => Date.parse(`${text}Z`);
  it.each<[string, DateOrder | undefined, string, boolean]>([
    ['2020-03-06 13:30:28', undefined, '2020-03-06T13:30:28', false],
    ['2020-03-06T13:30:28', undefined, '2020-03-06T13:30:28', false],
    ['2020-03-06 13:30', undefined, '2020-03-06T13:30:00', false],
    ['2020-03-06 13:30:28.5', undefined, '2020-03-06T13:30:28.500', false],
    ['2020/03/06 13:30:28', undefined, '2020-03-06T13:30:28', false],
    ['2020-03-06 13:30:28', 'DMY', '2020-03-06T13:30:28', false],
    ['2020-03-06 \u00a0 13:30:28', undefined, '2020-03-06T13:30:28', true],
    ['2020-03-06\u202f13:30:28', undefined, '2020-03-06T13:30:28', true],
    [' 2020-03-06 13:30:28\t', undefined, '2020-03-06T13:30:28', true],
    ['06/03/2020 13:30:28', 'DMY', '2020-03-06T13:30:28', false],
    ['06/03/2020 13:30:28', 'MDY', '2020-06-03T13:30:28', false],
    ['6.3.2020 9:05:00', 'DMY', '2020-03-06T09:05:00', false],
    ['25/03/2020 13:30:28', undefined, '2020-03-25T13:30:28', true],
    ['03/25/2020 13:30:28', undefined, '2020-03-25T13:30:28', true],
    ['05/05/2020 13:30:28', undefined, '2020-05-05T13:30:28', true],
    ['03/25/2020 1:30:28 PM', 'MDY', '2020-03-25T13:30:28', false],
    ['03/25/2020 12:00:00 am', 'MDY', '2020-03-25T00:00:00', false],
  ])('IMPORT-4 %j, order %s, is %s', (text, order, expected, changed) => {
    expect(readDateTime(text, order)).toMatchObject({ wall: wall(expected), changed });
  });

  it.each<[string, DateOrder | undefined, RegExp]>([
    ['06/03/2020 13:30:28', undefined, /swapped/],
    ['1/2/2020 13:30', undefined, /swapped/],
    ['06/03/2020 13:30:28', 'YMD', /does not begin with the year/],
    ['03/25/2020 13:30:28', 'DMY', /does not exist/],
    ['06/03/20 13:30:28', 'DMY', /four digits/],
    ['2021-02-29 00:00:00', undefined, /does not exist/],
    ['2020-03-06 24:00:00', undefined, /no clock/],
    ['2020-03-06 13:60:00', undefined, /no clock/],
    ['2020-03-06', undefined, /not a date and time/],
    ['06-03/2020 13:30:28', 'DMY', /not a date and time/],
    ['13:30:28', undefined, /not a date and time/],
    ['', undefined, /not a date and time/],
  ])('IMPORT-5 %j, order %s, is refused', (text, order, message) => {
    expect(readDateTime(text, order)).toMatch(message);
  });

  it('IMPORT-6 a time with an offset, and the UTC column, say the instant', () => {
    expect(readDateTime('2020-03-06T13:30:28+01:00', undefined)).toMatchObject({ at: Date.parse('2020-03-06T12:30:28Z'), changed: false });
    expect(readUtc('2020-03-06T13:30:28.120Z')).toBe(Date.parse('2020-03-06T13:30:28.120Z'));
    expect(readUtc('2020-03-06 13:30:28')).toBe(Date.parse('2020-03-06T13:30:28Z'));
    expect(readUtc('06/03/2020 13:30:28')).toBeNull();
    expect(readUtc('noon')).toBeNull();
  });

  it.each([
    ['Europe/London', '2026-03-29T01:30:00', []],
    ['Europe/London', '2026-03-29T00:59:59', ['2026-03-29T00:59:59Z']],
    ['Europe/London', '2026-03-29T02:00:00', ['2026-03-29T01:00:00Z']],
    ['Europe/London', '2026-10-25T01:30:00', ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']],
    ['Europe/London', '2026-10-25T02:00:00', ['2026-10-25T02:00:00Z']],
    ['Europe/London', '2026-07-01T12:00:00', ['2026-07-01T11:00:00Z']],
    ['Australia/Lord_Howe', '2026-04-05T01:45:00', ['2026-04-04T14:45:00Z', '2026-04-04T15:15:00Z']],
    ['Pacific/Apia', '2011-12-30T12:00:00', []],
    ['America/St_Johns', '2026-01-01T00:00:00', ['2026-01-01T03:30:00Z']],
    ['UTC', '2026-01-01T00:00:00', ['2026-01-01T00:00:00Z']],
  ])('IMPORT-7 %s shows %s at %j', (zone, time, expected) => {
    const instants = localInstants(zone);
    expect(instants(wall(time))).toEqual(expected.map((text) => Date.parse(text)));
    expect(instants(wall(time))).toEqual(expected.map((text) => Date.parse(text)));
  });
});

describe('rows', () => {
  it('IMPORT-8 a row says who acquired or released what, on the device that its source stands for', () => {
    expect(read(row('2020-03-06 13:30:28'))).toEqual({
      row: {
        line: 2,
        rank: 2,
        acquired: true,
        kind: 'import-acquired',
        at: Date.parse('2020-03-06T13:30:28Z'),
        user: 'edred',
        device: 'desktop',
        deviceNamed: false,
        logonSource: 'Agent Desktop',
        licenceType: 'Agent E-mail',
      },
      normalised: [],
    });
    expect(read(row('2020-07-06 13:30:28', { source: 'PSTN Device' })).row).toMatchObject({
      device: 'pstn',
      at: Date.parse('2020-07-06T12:30:28Z'),
    });
  });

  it('IMPORT-9 the device column says more; the sequence decides between rows of one instant', () => {
    const more = { columns: ',Device,Sequence' };
    expect(read(`${row('2020-03-06 13:30:28')},phone-1,77`, more).row).toMatchObject({ device: 'phone-1', deviceNamed: true, rank: 77 });
    expect(read(`${row('2020-03-06 13:30:28')},,`, more).row).toMatchObject({ device: 'desktop', deviceNamed: false, rank: 2 });
  });

  it.each([
    [{ source: 'Agent Desktop#' }, 'Logon Source', 'Agent Desktop#', 'Agent Desktop'],
    [{ source: ' Agent Desktop' }, 'Logon Source', ' Agent Desktop', 'Agent Desktop'],
    [{ source: 'Agent\u00a0 Desktop *' }, 'Logon Source', 'Agent\u00a0 Desktop *', 'Agent Desktop'],
    [{ source: ' Pager ' }, 'Logon Source', ' Pager ', 'Pager'],
    [{ type: 'OUTBOUND Agent' }, 'Licence Type', 'OUTBOUND Agent', 'Outbound Agent'],
    [{ type: 'Agent E-mail.' }, 'Licence Type', 'Agent E-mail.', 'Agent E-mail'],
    [{ usage: 'ACQUIRED ' }, 'Usage Type', 'ACQUIRED ', 'Acquired'],
  ])('IMPORT-10 %j is normalised and reported', (fields, column, from, to) => {
    const reading = read(row('2020-03-06 13:30:28', fields));
    expect(reading.normalised).toEqual([{ line: 2, column, from, to }]);
    expect(reading.row).toMatchObject(
      column === 'Usage Type' ? { acquired: true } : { [column === 'Logon Source' ? 'logonSource' : 'licenceType']: to },
    );
  });

  it('IMPORT-11 names that nobody knows stay as they are; so do spaces around a user', () => {
    const reading = read(row('2020-03-06 13:30:28', { source: 'Agent Desktop 2', type: 'agent calls', user: ' Zo\u0065\u0308 ' }));
    expect(reading.row).toMatchObject({
      logonSource: 'Agent Desktop 2',
      device: 'unknown',
      licenceType: 'agent calls',
      user: ' Zo\u0065\u0308 ',
    });
    expect(reading.normalised).toEqual([]);
  });

  it('IMPORT-12 a time between which a no-break space stands is normalised and reported', () => {
    const from = '2020-03-06 \u00a0 13:30:28';
    expect(read(row(from)).normalised).toEqual([{ line: 2, column: 'Logged Date Time', from, to: '2020-03-06 13:30:28' }]);
  });

  it('IMPORT-13 of a local time that occurs twice the first is taken and reported, unless the UTC column says which', () => {
    const twice = row('2026-10-25 01:30:00');
    expect(read(twice)).toMatchObject({
      row: { at: Date.parse('2026-10-25T00:30:00Z') },
      normalised: [{ line: 2, column: 'Logged Date Time', from: '2026-10-25 01:30:00', to: '2026-10-25T00:30:00.000Z' }],
    });
    const utc = { columns: ',Logged At (UTC)' };
    expect(read(`${twice},2026-10-25T01:30:00.250Z`, utc)).toMatchObject({
      row: { at: Date.parse('2026-10-25T01:30:00.250Z') },
      normalised: [],
    });
    expect(read(`${twice},`, utc).row?.at).toBe(Date.parse('2026-10-25T00:30:00Z'));
  });

  it.each<[string, string, RegExp, object?]>([
    ['a time that does not exist', row('2026-03-29 01:30:00'), /does not exist in Europe\/London/],
    ['a date that may be swapped', row('06/03/2020 13:30:28'), /swapped/],
    ['another word for the usage', row('2020-03-06 13:30:28', { usage: 'Login' }), /Usage Type must be/],
    ['no user', row('2020-03-06 13:30:28', { user: '' }), /User must not be empty/],
    ['no source', row('2020-03-06 13:30:28', { source: ' ' }), /Logon Source must not be empty/],
    ['no licence type', row('2020-03-06 13:30:28', { type: '' }), /Licence Type must not be empty/],
    ['a control character', row('2020-03-06 13:30:28', { user: 'a\u0007' }), /User must not contain control/],
    ['bytes that are not UTF-8', row('2020-03-06 13:30:28', { user: 'Zo\uFFFD' }), /User is not valid UTF-8/],
    ['a field too many', `${row('2020-03-06 13:30:28')},x`, /6 fields where the header has 5/],
    ['a field too few', 'Acquired,2020-03-06 13:30:28,Agent Calls,edred', /4 fields/],
    ['more than 300 seconds in the future', row('2026-11-24 05:05:01'), /300 seconds in the future/],
    ['an acquisition by what only releases', row('2020-03-06 13:30:28', { source: 'Clear PSTN' }), /only releases/],
    ['an acquisition by the system', row('2020-03-06 13:30:28', { source: 'Scheduled Log Off' }), /only releases/],
    [
      'a UTC time that is none',
      `${row('2020-03-06 13:30:28')},soon`,
      /Logged At \(UTC\) is not an instant/,
      { columns: ',Logged At (UTC)' },
    ],
    ['a superseded record', `${row('2020-03-06 13:30:28')},late superseded`, /superseded/, { columns: ',Flags' }],
  ])('IMPORT-14 %s is refused', (_, text, message, more) => {
    const { row: none, refusal } = read(text, more ?? {});
    expect(none).toBeUndefined();
    expect(refusal).toMatch(message);
  });

  it('IMPORT-14 a refusal names everything that is wrong; empty fields beyond the header are none', () => {
    expect(read('Login,noon,,edred,CRM').refusal?.split('; ')).toHaveLength(3);
    expect(read(`${row('2026-11-24 05:04:59')},,`).row).toBeDefined();
  });

  it('IMPORT-15 what the system did is a kind of its own', () => {
    const kind = (usage: string, source: string) => read(row('2020-03-06 13:30:28', { usage, source })).row?.kind;
    expect(kind('Released', 'Scheduled Log Off')).toBe('import-logged-off');
    expect(kind('Released', 'Refresh Contingency')).toBe('import-refreshed');
    expect(kind('Acquired', 'Refresh Contingency')).toBe('import-refreshed');
    expect(kind('Released', 'Agent Desktop Connection Lost')).toBe('import-released');
  });

  it('IMPORT-16 the rows of the published example are read as what was meant', async () => {
    const text = readFileSync(new URL('../fixtures/storm-edred-verbatim.csv', import.meta.url));
    const [, ...rows] = await lines(text);
    expect(rows).toHaveLength(6);
    expect(read(rows[1]?.slice(1).join(',') as string).row).toMatchObject({
      logonSource: 'Agent Desktop',
      at: Date.parse('2020-03-02T13:30:28Z'),
    });
  });
});
