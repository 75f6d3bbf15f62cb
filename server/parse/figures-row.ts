/** One line of a file of figures: the day, type and number that it gives, with everything that was changed to read it. */
import type { Catalogue } from '../../shared/catalogue.ts';
import type { DateOrder, NormalisedField } from '../../shared/import.ts';
import type { Instant } from '../../shared/time.ts';
import type { FigureColumn, FigureHeader } from './figures-header.ts';
import { readDateTime, readUtc } from './import-date.ts';
import { createTypeReader } from './import-names.ts';
import { shown } from './issues.ts';
import { lineFields, Unreadable } from './line-fields.ts';

export interface FigureRow {
  /** `YYYY-MM-DD`, or `YYYY-MM` for a month. */
  date: string;
  licenceType: string;
  value: number;
  contingency: number | null;
}

export interface FigureRowOptions {
  catalogue: Catalogue;
  header: FigureHeader;
  dateOrder: DateOrder | undefined;
  /** The zone of the file's local times. */
  timeZone: string;
  /** What an organisation may be called in the file. */
  organisation: readonly string[];
  /** Instants at which the local clock of the file shows a time. */
  instants: (wall: number) => Instant[];
  /** Date on the organisation's calendar. */
  dateAt: (at: Instant) => string;
}

/** Either `row` or `refusal`. */
export interface FigureReading {
  row?: FigureRow;
  refusal?: string;
  normalised: NormalisedField[];
}

const MOST = 1_000_000_000;

/** `2026-10`, or `10/2026`. Null: it is no month. */
function monthOf(text: string): string | null {
  const [, year, month] = /^(\d{4})-(\d{1,2})$/.exec(text) ?? [];
  const [, monthFirst, yearLast] = /^(\d{1,2})[/.](\d{4})$/.exec(text) ?? [];
  const [y, m] = [year ?? yearLast, Number(month ?? monthFirst)];
  return y !== undefined && m >= 1 && m <= 12 ? `${y}-${String(m).padStart(2, '0')}` : null;
}

export function createFigureReader(options: FigureRowOptions): (line: number, fields: readonly string[]) => FigureReading {
  const { header, dateOrder, organisation, instants, dateAt, timeZone } = options;
  const { columns, width, kind } = header;
  const readType = createTypeReader(options.catalogue.licenceTypes.map(({ name }) => name));

  return (line, fields) => {
    const { raw, changed, name, field, normalised, problems } = lineFields<FigureColumn>(line, fields, header);
    const count = (column: FigureColumn): number => {
      const text = raw(column).trim();
      const value = Number(text);
      if (!/^\d{1,10}$/.test(text) || value > MOST) throw new Unreadable(`${column} must be a whole number, not ${shown(raw(column))}`);
      changed(column, text);
      return value;
    };
    const ours = (): void => {
      const id = raw('Organisation ID').trim();
      if (!organisation.includes(id)) throw new Unreadable(`Organisation ID is that of another organisation: ${shown(id)}`);
    };
    /** Date on the organisation's calendar of a date and time, or of a date alone. */
    const date = (column: 'Date' | 'Start Date Time', alone: boolean): string => {
      const utc = columns['Start (UTC)'] === undefined ? '' : raw('Start (UTC)').trim();
      const exact = alone || utc === '' ? null : readUtc(utc);
      if (exact !== null) return dateAt(exact);
      const text = raw(column);
      const month = alone ? monthOf(text.trim()) : null;
      if (month !== null) {
        changed(column, month);
        return month;
      }
      const read = readDateTime(alone && !text.includes(':') ? `${text.trim()} 00:00:00` : text, dateOrder);
      if (typeof read === 'string') throw new Unreadable(`${column} ${read}: ${shown(text)}`);
      if ('at' in read) return dateAt(read.at);
      const canonical = alone ? read.canonical.slice(0, 10) : read.canonical;
      if (read.changed || (alone && text !== canonical)) changed(column, canonical);
      if (alone) return canonical;
      // Twice where the clocks were put back: the rows of both belong to the same day.
      const [first] = instants(read.wall);
      if (first === undefined)
        throw new Unreadable(`${column} does not exist in ${timeZone}: the clocks were put forward over ${shown(text)}`);
      return dateAt(first);
    };

    if (fields.length !== width) return { refusal: `has ${fields.length} fields, not ${width} as the header`, normalised: [] };
    const type = field(() => name('Licence Type', readType));
    if (kind === 'samples') field(ours);
    const day = field(() => (kind === 'samples' ? date('Start Date Time', false) : date('Date', true)));
    const used = field(() => count(kind === 'samples' ? 'Total Concurrent Count' : 'Peak'));
    const overflow = field(() => {
      if (kind === 'samples') return count('Total Contingency Count');
      return columns.Contingency === undefined || raw('Contingency').trim() === '' ? null : count('Contingency');
    });
    // Ours has what storm does not: who was over both pools was there all the same.
    const beyond = field(() =>
      kind === 'samples' && columns['Total Over Limit Count'] !== undefined ? count('Total Over Limit Count') : 0,
    );
    if (
      problems.length > 0 ||
      type === undefined ||
      day === undefined ||
      used === undefined ||
      overflow === undefined ||
      beyond === undefined
    )
      return { refusal: problems.join('; '), normalised: [] };
    // The pools are counted apart; all together are the users.
    const value = kind === 'samples' ? used + (overflow ?? 0) + beyond : used;
    return { row: { date: day, licenceType: type, value, contingency: overflow }, normalised };
  };
}
