/** Whole numbers from 0 in as few bytes as they need: seven bits a byte, the lowest first. */

export class ByteWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

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

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  read(): number {
    let byte = this.#bytes[this.#at++] as number;
    if (byte < 128) return byte;
    let number = byte - 128;
    for (let unit = 128; ; unit *= 128) {
      byte = this.#bytes[this.#at++] as number;
      if (byte < 128) return number + byte * unit;
      number += (byte - 128) * unit;
    }
  }
}
