/** Counting different things without keeping their names in every group. */

/** Numbers for names, from 0, in order of first sight. */
export function createNumbers(): (name: string) => number {
  const known = new Map<string, number>();
  return (name) => {
    const number = known.get(name) ?? known.size;
    if (number === known.size) known.set(name, number);
    return number;
  };
}

/** Above this a set of numbers becomes one bit a number: a group with most of an estate in it then takes kilobytes. */
const SMALL = 256;

export class DistinctNumbers {
  size = 0;
  #few: Set<number> | null = new Set();
  #bits = new Uint32Array(0);

  add(number: number): void {
    if (this.#few) {
      this.#few.add(number);
      this.size = this.#few.size;
      if (this.size <= SMALL) return;
      const few = this.#few;
      this.#few = null;
      this.size = 0;
      for (const each of few) this.#set(each);
      return;
    }
    this.#set(number);
  }

  #set(number: number): void {
    const word = number >>> 5;
    const bit = 1 << (number & 31);
    if (word >= this.#bits.length) {
      const more = new Uint32Array(Math.max(word + 1, this.#bits.length * 2));
      more.set(this.#bits);
      this.#bits = more;
    }
    if (((this.#bits[word] as number) & bit) !== 0) return;
    this.#bits[word] = (this.#bits[word] as number) | bit;
    this.size++;
  }
}
