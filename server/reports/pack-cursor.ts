import { ByteReader } from '../../shared/bytes.ts';
import type { Instant } from '../../shared/time.ts';
import { type Pack, type Shape, shapesOf } from '../books/pack.ts';

/** Columns that somebody asks for; the others are not read. */
export interface PackColumns {
  users?: boolean;
  devices?: boolean;
  /** When what ended had begun. */
  held?: boolean;
}

/** Goes through a pack, entry by entry in the order of the books. */
export class PackCursor {
  readonly shapes: readonly Shape[];
  at: Instant;
  /** Numbers of the pack, of its shapes, users and devices. */
  shape = 0;
  user = 0;
  device = 0;
  /** Of each record that ends a holding: since when the user held it, and was there; of the others nothing. */
  readonly since: Instant[] = [];
  readonly stayAt: Instant[] = [];
  /** Instant of the entry after this one; Infinity: there is none. */
  nextAt: Instant;
  #left: number;
  readonly #times: ByteReader;
  readonly #shapeOf: ByteReader;
  readonly #userOf: ByteReader | null;
  readonly #deviceOf: ByteReader | null;
  readonly #held: ByteReader | null;
  readonly #stays: ByteReader;

  constructor(pack: Pack, start: Instant, { users = false, devices = false, held = false }: PackColumns = {}) {
    this.shapes = shapesOf(pack);
    this.#left = pack.count;
    this.#times = new ByteReader(pack.times);
    this.#shapeOf = new ByteReader(pack.shapeOf);
    this.#userOf = users ? new ByteReader(pack.userOf) : null;
    this.#deviceOf = devices ? new ByteReader(pack.deviceOf) : null;
    this.#held = held ? new ByteReader(pack.held) : null;
    this.#stays = new ByteReader(pack.stays);
    this.at = start;
    this.nextAt = this.#left > 0 ? start + this.#times.read() : Number.POSITIVE_INFINITY;
  }

  /** Goes on to the next entry; false: there is none. */
  next(): boolean {
    if (this.#left === 0) return false;
    this.at = this.nextAt;
    this.nextAt = --this.#left > 0 ? this.at + this.#times.read() : Number.POSITIVE_INFINITY;
    this.shape = this.#shapeOf.read();
    if (this.#userOf) this.user = this.#userOf.read();
    if (this.#deviceOf) this.device = this.#deviceOf.read();
    if (this.#held) this.#readHeld(this.#held);
    return true;
  }

  #readHeld(column: ByteReader): void {
    const { records } = this.shapes[this.shape] as Shape;
    let held = 0;
    for (let i = 0; i < records.length; i++) {
      const record = records[i];
      if (!record?.ends) continue;
      const said = column.read();
      if (said > 0) held = said - 1;
      this.since[i] = this.at - held;
      this.stayAt[i] = record.stayed ? this.at - held - this.#stays.readSigned() : this.at - held;
    }
  }
}
