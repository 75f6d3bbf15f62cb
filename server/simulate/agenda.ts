/** What is to happen later, soonest first: a binary heap. Entries of the same instant come out in the order in which they went in. */
export interface Agenda<T> {
  add(at: number, item: T): void;
  /** The soonest item if it is due by `now`, taken out. */
  due(now: number): T | undefined;
  readonly size: number;
}

export function createAgenda<T>(): Agenda<T> {
  const heap: { at: number; nth: number; item: T }[] = [];
  let added = 0;
  const sooner = (a: number, b: number): boolean => {
    const [left, right] = [heap[a], heap[b]];
    return left !== undefined && (right === undefined || left.at < right.at || (left.at === right.at && left.nth < right.nth));
  };
  const swap = (a: number, b: number): void => {
    const [left, right] = [heap[a], heap[b]];
    if (left && right) [heap[a], heap[b]] = [right, left];
  };
  return {
    get size() {
      return heap.length;
    },
    add(at, item) {
      heap.push({ at, nth: added++, item });
      for (let child = heap.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (!sooner(child, parent)) break;
        swap(child, parent);
        child = parent;
      }
    },
    due(now) {
      const first = heap[0];
      if (!first || first.at > now) return undefined;
      swap(0, heap.length - 1);
      heap.pop();
      for (let parent = 0; ; ) {
        const left = 2 * parent + 1;
        const child = sooner(left + 1, left) ? left + 1 : left;
        if (!sooner(child, parent)) break;
        swap(child, parent);
        parent = child;
      }
      return first.item;
    },
  };
}
