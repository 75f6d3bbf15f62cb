import { strFromU8, unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { csvLine } from '../../server/formats/csv.ts';
import type { Cell, Table } from '../../server/formats/table.ts';
import { workbook } from '../../server/formats/workbook.ts';

const table = (rows: Cell[][][]): Table => ({
  name: 'levels',
  title: 'Users & <licences>',
  columns: [
    { header: 'User', kind: 'plain' },
    { header: 'Time', kind: 'local-time' },
    { header: 'In Use', kind: 'plain' },
  ],
  rows: (async function* () {
    yield* rows;
  })(),
});

async function filesOf(pieces: AsyncIterable<Uint8Array>): Promise<Record<string, string>> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Object.fromEntries(Object.entries(unzipSync(Buffer.concat(all))).map(([path, bytes]) => [path, strFromU8(bytes)]));
}

/** Cells of a sheet as a reader takes them: text, number, or `serial (style)`. */
const rowsOf = (xml: string | undefined): string[][] =>
  [...(xml ?? '').matchAll(/<row>(.*?)<\/row>/gs)].map(([, row]) =>
    [...(row ?? '').matchAll(/<c(?: s="(\d)")?(?: t="inlineStr")?(?:\/>|>(.*?)<\/c>)/gs)].map(([, style, cell = '']) => {
      const value = cell.replaceAll(/<[^>]*>/g, '');
      return style === '2' ? `${value} (${style})` : value;
    }),
  );

it('EXPORT-1 a workbook says of every cell what it is: text is never a formula, local times are dates, numbers are numbers', async () => {
  const files = await filesOf(
    workbook(
      table([
        [['=cmd|" /C calc"!A0', '2026-11-24 12:00:00', 212]],
        [],
        [
          ['Zoë <b> & 👩', '1899-01-01 00:00:00', null],
          ['a\u0007b', '', 0.5],
        ],
      ]),
    ),
  );
  expect(rowsOf(files['xl/worksheets/sheet1.xml'])).toEqual([
    ['User', 'Time', 'In Use'],
    ['=cmd|&quot; /C calc&quot;!A0', '46350.5 (2)', '212'],
    ['Zoë &lt;b&gt; &amp; 👩', '1899-01-01 00:00:00', ''],
    ['a\u{FFFD}b', '', '0.5'],
  ]);
  expect(files['xl/worksheets/sheet1.xml']).not.toContain('<f>');
  expect(files['xl/workbook.xml']).toContain('name="Users &amp; &lt;licences&gt;"');
  expect(Object.keys(files).sort()).toEqual([
    '[Content_Types].xml',
    '_rels/.rels',
    'xl/_rels/workbook.xml.rels',
    'xl/styles.xml',
    'xl/workbook.xml',
    'xl/worksheets/sheet1.xml',
  ]);
});

it('EXPORT-2 what a sheet does not hold goes on in another one, each with its header', async () => {
  const numbers = Array.from({ length: 1_000 }, (_, n): Cell[] => [`u${n}`, '2026-11-24 08:00:00', n]);
  const files = await filesOf(workbook(table([numbers.slice(0, 700), numbers.slice(700)]), 400));
  const sheets = [1, 2, 3].map((n) => rowsOf(files[`xl/worksheets/sheet${n}.xml`]));
  expect(sheets.map((rows) => rows.length)).toEqual([400, 400, 203]);
  expect(sheets.map((rows) => rows[0]?.[0])).toEqual(['User', 'User', 'User']);
  expect(sheets.flatMap((rows) => rows.slice(1).map((row) => Number(row[2])))).toEqual(numbers.map((row) => row[2]));
  expect(files['[Content_Types].xml']?.match(/sheet\d\.xml/g)).toHaveLength(3);
});

it('EXPORT-3 CSV has names as they are, or with an apostrophe where a spreadsheet would take them for a formula', () => {
  const names = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', 'a=b', ' -1'];
  expect(csvLine(names)).toBe('=1+1,+1,-1,@SUM(A1),"\tx","\rx",a=b," -1"\r\n');
  expect(csvLine([...names, -1, null], true)).toBe("'=1+1,'+1,'-1,'@SUM(A1),'\tx,\"'\rx\",a=b,\" -1\",-1,\r\n");
});
