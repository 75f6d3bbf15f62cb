/**
 * Entries of a stretch of time packed into a few columns of bytes, for reports and bills: what they count, group by and follow, and
 * nothing else. Some five bytes a record, read a hundred times faster than the entries. Entries without records are left out.
 */
import { ByteReader, ByteWriter } from '../../shared/bytes.ts';
import type { Instant } from '../../shared/time.ts';
import type { Entry, EntryKind, EntryRecord, Position } from './entry.ts';

/** What a record of an entry says beside when, who and where. */
export interface PackedRecord {
  type: string;
  acquired: boolean;
  /** Index into POOLS. */
  pool: number;
  /** It opened its session. */
  opens: boolean;
  /** It ended a holding: a refresh ends none. */
  ends: boolean;
  /** The user went from none to one or from one to none. */
  turned: boolean;
  /** It ended a stay that another session began. */
  stayed: boolean;
}

/** Most entries say the same about many users: what they say is kept once. */
export interface Shape {
  kind: EntryKind;
  source: string;
  records: readonly PackedRecord[];
}

/** As it is stored. Names hold no line feeds. */
export interface Pack {
  until: Instant;
  /** Entries in it. */
  count: number;
  users: string;
  devices: string;
  types: string[];
  sources: string[];
  kinds: EntryKind[];
  /** Of each shape: kind, source, number of records, then type and traits of each. */
  shapes: Uint8Array;
  /** A number for every entry: milliseconds since the one before it, shape, user, device. */
  times: Uint8Array;
  shapeOf: Uint8Array;
  userOf: Uint8Array;
  deviceOf: Uint8Array;
  /** Of every record that ends a holding: 0, as the one before it of the same entry; else milliseconds and one. */
  held: Uint8Array;
  /** Of every record that ends a stay begun by another session: milliseconds that the stay began before the holding. */
  stays: Uint8Array;
}

const ACQUIRED = 1;
const OPENS = 2;
const ENDS = 4;
const TURNED = 8;
const STAYED = 16;
const POOL = 32;

/** Puts a pack together, entry by entry in the order of the books. */
export class PackBuilder {
  readonly #users = new Dictionary();
  readonly #devices = new Dictionary();
  readonly #types = new Dictionary();
  readonly #sources = new Dictionary();
  readonly #kinds = new Dictionary<EntryKind>();
  readonly #shapes = new Dictionary();
  readonly #columns = { shapes: new ByteWriter(), times: new ByteWriter(), shapeOf: new ByteWriter(), userOf: new ByteWriter() };
  readonly #deviceOf = new ByteWriter();
  readonly #held = new ByteWriter();
  readonly #stays = new ByteWriter();
  #last: Instant;
  count = 0;

  constructor(start: Instant) {
    this.#last = start;
  }

  /** @param records those of the entry that are wanted */
  add(position: Position, entry: Entry, records: readonly EntryRecord[] = entry.records): void {
    if (records.length === 0) return;
    const { times, shapeOf, userOf } = this.#columns;
    times.write(position.at - this.#last);
    this.#last = position.at;
    shapeOf.write(this.#shape(position, entry, records));
    userOf.write(this.#users.number(entry.user));
    this.#deviceOf.write(this.#devices.number(entry.device));
    let before = -1;
    for (const record of records) {
      if (!ends(entry, record)) continue;
      const held = position.at - record.since;
      this.#held.write(held === before ? 0 : held + 1);
      before = held;
      if (record.stay) this.#stays.writeSigned(record.since - record.stay[0]);
    }
    this.count++;
  }

  #shape({ receipt }: Position, entry: Entry, records: readonly EntryRecord[]): number {
    const numbers = [this.#kinds.number(entry.kind), this.#sources.number(entry.source), records.length];
    for (const record of records) {
      // The session is called after the receipt of what opened it.
      const opens = record.acquired && entry.kind !== 'refresh' && record.session === receipt;
      const ending = ends(entry, record);
      const traits = (record.acquired ? ACQUIRED : 0) + (opens ? OPENS : 0) + (ending ? ENDS : 0) + (record.turned ? TURNED : 0);
      const stayed = ending && record.stay ? STAYED : 0;
      numbers.push(this.#types.number(record.type), traits + stayed + record.pool * POOL);
    }
    const known = this.#shapes.names.size;
    const shape = this.#shapes.number(numbers.join());
    if (shape === known) for (const number of numbers) this.#columns.shapes.write(number);
    return shape;
  }

  finish(until: Instant): Pack {
    const { shapes, times, shapeOf, userOf } = this.#columns;
    return {
      until,
      count: this.count,
      users: this.#users.list().join('\n'),
      devices: this.#devices.list().join('\n'),
      types: this.#types.list(),
      sources: this.#sources.list(),
      kinds: this.#kinds.list(),
      shapes: shapes.bytes(),
      times: times.bytes(),
      shapeOf: shapeOf.bytes(),
      userOf: userOf.bytes(),
      deviceOf: this.#deviceOf.bytes(),
      held: this.#held.bytes(),
      stays: this.#stays.bytes(),
    };
  }
}

const ends = ({ kind }: Entry, { acquired }: EntryRecord): boolean => !acquired && kind !== 'refresh';

class Dictionary<N extends string = string> {
  readonly names = new Map<N, number>();

  number(name: N): number {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const number = this.names.size;
    this.names.set(name, number);
    return number;
  }

  list(): N[] {
    return [...this.names.keys()];
  }
}

export function shapesOf({ types, sources, kinds, shapes }: Pack): Shape[] {
  const list: Shape[] = [];
  const numbers = new ByteReader(shapes);
  while (!numbers.done) {
    const kind = kinds[numbers.read()] as EntryKind;
    const source = sources[numbers.read()] as string;
    const records: PackedRecord[] = [];
    for (let left = numbers.read(); left > 0; left--) {
      const type = types[numbers.read()] as string;
      const traits = numbers.read();
      records.push({
        type,
        acquired: (traits & ACQUIRED) !== 0,
        opens: (traits & OPENS) !== 0,
        ends: (traits & ENDS) !== 0,
        turned: (traits & TURNED) !== 0,
        stayed: (traits & STAYED) !== 0,
        pool: Math.floor(traits / POOL),
      });
    }
    list.push({ kind, source, records });
  }
  return list;
}

export const usersOf = ({ users }: Pack): string[] => users.split('\n');
export const devicesOf = ({ devices }: Pack): string[] => devices.split('\n');
