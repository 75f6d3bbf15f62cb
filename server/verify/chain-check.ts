/** An organisation's chain held against its records: what each link stands for is put together from the entries as they come. */
import { ANCHOR, CHAIN_START, type ChainLink, digestOf, linkHash, recordLine } from '../books/chain.ts';
import type { Entry, EntryRecord, Position } from '../books/entry.ts';
import type { Reader } from '../store/store.ts';
import type { Finder } from './findings.ts';

interface Open {
  last: number;
  link: ChainLink;
  /** Lines found so far; null once the link was compared. */
  lines: { seq: number; line: string }[] | null;
}

export class ChainCheck {
  readonly #links: Open[] = [];
  readonly #finder: Finder;
  readonly #organisation: string;
  #anchor = CHAIN_START;

  constructor(disk: Reader, finder: Finder, organisation: string) {
    this.#finder = finder;
    this.#organisation = organisation;
    const range = { start: [organisation], end: [organisation, Number.POSITIVE_INFINITY] };
    for (const { key, value } of disk.range<ChainLink | string>('chain', range)) {
      if (key[1] === ANCHOR) this.#anchor = value as string;
      else this.#links.push({ last: key[1] as number, link: value as ChainLink, lines: [] });
    }
  }

  note(position: Position, entry: Entry, record: EntryRecord): void {
    const open = this.#linkOf(record.seq);
    if (!open?.lines) return;
    open.lines.push({ seq: record.seq, line: recordLine(position, entry, record) });
    if (open.lines.length === open.link.count) this.#compare(open);
  }

  /** @param keptFrom records before it are gone: links that stand for some of them are only held against each other */
  finish(keptFrom: number, chainHash: string): void {
    let previous = this.#anchor;
    for (const open of this.#links) {
      const { link, last } = open;
      if (open.lines && link.oldestAt >= keptFrom) this.#compare(open);
      this.#expect(last, { hash: linkHash(previous, link.digest) }, { hash: link.hash, oldestAt: link.oldestAt, newestAt: link.newestAt });
      previous = link.hash;
    }
    if (previous !== chainHash)
      this.#finder.expect(this.#organisation, 'states', [this.#organisation], { chainHash: previous }, { chainHash });
  }

  /** The link that stands for a number; none for what is older than the chain. */
  #linkOf(seq: number): Open | undefined {
    let [low, high] = [0, this.#links.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#links[middle] as Open).last < seq) low = middle + 1;
      else high = middle;
    }
    const found = this.#links[low];
    return found && found.link.first <= seq ? found : undefined;
  }

  #compare(open: Open): void {
    const { link, last } = open;
    const lines = (open.lines ?? []).sort((a, b) => a.seq - b.seq).map(({ line }) => line);
    open.lines = null;
    const { oldestAt, newestAt } = link;
    this.#expect(
      last,
      { records: lines.length, digest: digestOf(lines) },
      { records: link.count, digest: link.digest, oldestAt, newestAt },
    );
  }

  /** Only what is expected is compared; the instants say when it was. */
  #expect(last: number, expected: Record<string, unknown>, found: Record<string, unknown>): void {
    if (Object.entries(expected).every(([name, value]) => found[name] === value)) return;
    this.#finder.expect(this.#organisation, 'chain', [this.#organisation, last], expected, found);
  }
}
