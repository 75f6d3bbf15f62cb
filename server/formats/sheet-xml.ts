/** The parts of a workbook (Office Open XML, ECMA-376) that a plain table needs. Text stands in the cells themselves, and is never a formula. */
import type { Cell, Column } from './table.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
/** Indexes into the cell formats of `STYLES`. */
const [HEADER, LOCAL_TIME] = [1, 2];
const DAY_MS = 86_400_000;
/** Days from the beginning of the spreadsheet's calendar to 1970. */
const EPOCH_DAYS = 25_569;

const STYLES = `${DECLARATION}<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>`;

/** Everything but the sheets themselves, by path. */
export function workbookParts(title: string, sheets: number): [path: string, xml: string][] {
  const all = Array.from({ length: sheets }, (_, i) => i + 1);
  const nameOf = (n: number) => escaped(n === 1 ? title : `${title} ${n}`);
  const sheetList = all.map((n) => `<sheet name="${nameOf(n)}" sheetId="${n}" r:id="rId${n}"/>`).join('');
  const sheetTypes = all.map((n) => `<Override PartName="/${sheetPath(n)}" ContentType="${TYPE}.worksheet+xml"/>`).join('');
  const sheetRelations = all.map((n) => relation(n, 'worksheet', `worksheets/sheet${n}.xml`)).join('');
  return [
    ['xl/styles.xml', STYLES],
    ['xl/workbook.xml', `${DECLARATION}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${sheetList}</sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', relations(sheetRelations + relation(sheets + 1, 'styles', 'styles.xml'))],
    ['_rels/.rels', relations(relation(1, 'officeDocument', 'xl/workbook.xml'))],
    [
      '[Content_Types].xml',
      `${DECLARATION}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>${sheetTypes}</Types>`,
    ],
  ];
}

const relation = (n: number, type: string, target: string) => `<Relationship Id="rId${n}" Type="${RELATIONS}/${type}" Target="${target}"/>`;
const relations = (list: string) => `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">${list}</Relationships>`;

export const sheetPath = (n: number): string => `xl/worksheets/sheet${n}.xml`;

/** A sheet up to its header, which stays in sight. */
export function sheetBegin(columns: readonly Column[]): string {
  const cells = columns.map(({ header }) => textCell(header, HEADER)).join('');
  return `${DECLARATION}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols><col min="1" max="${Math.max(1, columns.length)}" width="20" customWidth="1"/></cols><sheetData><row>${cells}</row>`;
}

export const SHEET_END = '</sheetData></worksheet>';

export function rowXml(cells: readonly Cell[], columns: readonly Column[]): string {
  let xml = '<row>';
  for (const [i, cell] of cells.entries()) xml += cellXml(cell, columns[i]?.kind === 'local-time');
  return `${xml}</row>`;
}

function cellXml(cell: Cell, isLocalTime: boolean): string {
  if (cell === null || cell === '') return '<c/>';
  if (typeof cell === 'number') return `<c><v>${cell}</v></c>`;
  const days = isLocalTime ? Date.parse(`${cell.replace(' ', 'T')}Z`) / DAY_MS + EPOCH_DAYS : Number.NaN;
  // The spreadsheet's calendar begins with 1900, which it takes for a leap year.
  return days > 60 ? `<c s="${LOCAL_TIME}"><v>${days}</v></c>` : textCell(cell);
}

const textCell = (text: string, style = 0): string =>
  `<c${style === 0 ? '' : ` s="${style}"`} t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;

/** XML has no way to write most control characters; names have none. */
const UNWRITABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

const escaped = (text: string): string =>
  text
    .replaceAll(UNWRITABLE, '\u{FFFD}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
