/** One line of an export: what it says, with everything that was changed to read it, or why it cannot be taken. */
import type { Catalogue, LogonSource } from '../../shared/catalogue.ts';
import { REFRESH_CONTINGENCY, SYSTEM_FAMILY, UNKNOWN_FAMILY } from '../../shared/catalogue.ts';
import type { DateOrder, ImportedKind, NormalisedField } from '../../shared/import.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import { AHEAD_MS } from './events.ts';
import { readDateTime, readUtc } from './import-date.ts';
import type { ColumnName, Header } from './import-header.ts';
import { createNameReader, createTypeReader } from './import-names.ts';
import { shown } from './issues.ts';
import { lineFields, Unreadable } from './line-fields.ts';

export interface ReadRow {
  line: number;
  /** Which of several of one instant comes first: the record's number where the file has it, else the line. */
  rank: number;
  acquired: boolean;
  kind: ImportedKind;
  at: Instant;
  user: string;
  device: string;
  /** The file names the device; else it is the family of the source. */
  deviceNamed: boolean;
  logonSource: string;
  licenceType: string;
}

export interface RowOptions {
  catalogue: Catalogue;
  header: Header;
  dateOrder: DateOrder | undefined;
  timeZone: string;
  /** The instants at which the local clock shows a time. */
  instants: (wall: number) => Instant[];
  now: Instant;
}

/** Either `row` or `refusal`. */
export interface RowReading {
  row?: ReadRow;
  refusal?: string;
  normalised: NormalisedField[];
}

export function createRowReader(options: RowOptions): (line: number, fields: readonly string[]) => RowReading {
  const { catalogue, header } = options;
  const { columns, width } = header;
  const sources = new Map(catalogue.logonSources.map((source) => [source.name, source]));
  const sourceName = createNameReader([...sources.keys()]);
  const readType = createTypeReader(catalogue.licenceTypes.map(({ name }) => name));

  return (line, fields) => {
    const { raw, changed, name, field, normalised, problems } = lineFields<ColumnName>(line, fields, header);
    const device = (): string | null => (raw('Device').trim() === '' ? null : name('Device', (text) => text.trim()));

    if (fields.length < width || fields.slice(width).some((text) => text.trim() !== '')) {
      return { refusal: `has ${fields.length} fields where the header has ${width}`, normalised };
    }
    if (/\bsuperseded\b/.test(fields[columns.Flags ?? width] ?? '')) {
      return { refusal: 'is a superseded record: the one that replaced it counts', normalised };
    }
    const acquired = field(() => usageType(raw('Usage Type'), changed));
    const at = field(() => instantOf(options, raw, changed));
    const licenceType = field(() => name('Licence Type', readType));
    const user = field(() => name('User', (text) => text));
    const logonSource = field(() => name('Logon Source', sourceName));
    const onDevice = field(device);
    const source = logonSource === undefined ? undefined : sources.get(logonSource);
    const kind = acquired === undefined || logonSource === undefined ? undefined : field(() => kindOf(acquired, logonSource, source));
    if (
      acquired === undefined ||
      at === undefined ||
      licenceType === undefined ||
      user === undefined ||
      logonSource === undefined ||
      onDevice === undefined ||
      kind === undefined
    ) {
      return { refusal: problems.join('; '), normalised: [] };
    }
    const sequence = columns.Sequence === undefined ? Number.NaN : Number.parseInt(raw('Sequence'), 10);
    const rank = Number.isSafeInteger(sequence) ? sequence : line;
    const family = source?.family ?? UNKNOWN_FAMILY;
    const row: ReadRow = {
      line,
      rank,
      acquired,
      kind,
      at,
      user,
      device: onDevice ?? family,
      deviceNamed: onDevice !== null,
      logonSource,
      licenceType,
    };
    return { row, normalised };
  };
}

type Change = (column: ColumnName, to: string) => void;

function usageType(raw: string, changed: Change): boolean {
  const word = raw.trim().toLowerCase();
  if (word !== 'acquired' && word !== 'released') throw new Unreadable(`Usage Type must be Acquired or Released, not ${shown(raw)}`);
  changed('Usage Type', word === 'acquired' ? 'Acquired' : 'Released');
  return word === 'acquired';
}

/** By the UTC column where it says something, else by the local clock. */
function instantOf({ dateOrder, instants, timeZone, now }: RowOptions, raw: (column: ColumnName) => string, changed: Change): Instant {
  const utc = raw('Logged At (UTC)');
  const at = utc.trim() === '' ? localInstant() : readUtc(utc);
  if (at === null) throw new Unreadable(`Logged At (UTC) is not an instant: ${shown(utc)}`);
  if (at > now + AHEAD_MS) throw new Unreadable(`Logged Date Time lies more than ${AHEAD_MS / 1000} seconds in the future`);
  return at;

  function localInstant(): Instant {
    const text = raw('Logged Date Time');
    const read = readDateTime(text, dateOrder);
    if (typeof read === 'string') throw new Unreadable(`Logged Date Time ${read}: ${shown(text)}`);
    if ('at' in read) {
      if (read.changed) changed('Logged Date Time', read.canonical);
      return read.at;
    }
    const [first, second] = instants(read.wall);
    if (first === undefined)
      throw new Unreadable(`Logged Date Time does not exist in ${timeZone}: the clocks were put forward over ${shown(text)}`);
    if (second !== undefined) changed('Logged Date Time', formatInstant(first));
    else if (read.changed) changed('Logged Date Time', read.canonical);
    return first;
  }
}

function kindOf(acquired: boolean, name: string, source: LogonSource | undefined): ImportedKind {
  if (name === REFRESH_CONTINGENCY) return 'import-refreshed';
  const system = source?.family === SYSTEM_FAMILY;
  if (!acquired) return system ? 'import-logged-off' : 'import-released';
  if (system || source?.acquires === false) throw new Unreadable(`Logon Source ${shown(name)} only releases licences`);
  return 'import-acquired';
}
