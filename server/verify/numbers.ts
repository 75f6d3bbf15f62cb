/** Every number was given to one record or alert transition. A bit each, so that a long history fits. */
export class Numbers {
  #bits = new Uint8Array(1 << 16);

  /** Whether it was not there before. */
  add(seq: number): boolean {
    const index = Math.floor(seq / 8);
    if (index >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(this.#bits.length * 2, index + 1));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    const bit = 1 << (seq % 8);
    const fresh = ((this.#bits[index] ?? 0) & bit) === 0;
    this.#bits[index] = (this.#bits[index] ?? 0) | bit;
    return fresh;
  }

  has(seq: number): boolean {
    return ((this.#bits[Math.floor(seq / 8)] ?? 0) & (1 << (seq % 8))) !== 0;
  }
}
