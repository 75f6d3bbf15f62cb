/** Whole numbers in as few bytes as they need: seven bits a byte, the lowest first. */

export class ByteWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  /** From 0. */
  write(number: number): void {
    if (this.#length + 8 > this.#bytes.length) {
      const more = new Uint8Array(this.#bytes.length * 2);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    let left = number;
    while (left >= 128) {
      this.#bytes[this.#length++] = (left % 128) + 128;
      left = Math.floor(left / 128);
    }
    this.#bytes[this.#length++] = left;
  }

  /** Also below 0: the sign is in the lowest bit. @throws RangeError for what is no whole number */
  writeSigned(number: number): void {
    const left = number < 0 ? -2 * number - 1 : 2 * number;
    if (!Number.isInteger(number) || !Number.isSafeInteger(left)) throw new RangeError(`${number} cannot be written in bytes`);
    this.write(left);
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, from = 0) {
    this.#bytes = bytes;
    this.#at = from;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** @throws RangeError where the bytes end before the number does, or it has no end */
  read(): number {
    let byte = this.#bytes[this.#at++] as number;
    if (byte < 128) return byte;
    let number = byte - 128;
    for (let unit = 128; ; unit *= 128) {
      byte = this.#bytes[this.#at++] as number;
      if (byte === undefined || !Number.isSafeInteger(unit)) throw new RangeError('These bytes are cut off, or are no numbers');
      if (byte < 128) return number + byte * unit;
      number += (byte - 128) * unit;
    }
  }

  readSigned(): number {
    const number = this.read();
    return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
  }
}
