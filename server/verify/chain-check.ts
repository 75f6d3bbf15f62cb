/**
 * An organisation's chain held against its records: what each link stands for is put together from the entries as they come. Links are
 * looked up one by one: only those of which some records were met and others not are in memory, and a bit for each that was compared.
 */
import { ANCHOR, CHAIN_START, type ChainLink, hashOfLines, linkHash, type OpenLink, recordLine } from '../books/chain.ts';
import type { Entry, EntryRecord, Position } from '../books/entry.ts';
import type { Reader, Row } from '../store/store.ts';
import type { Finder } from './findings.ts';
import { Numbers } from './numbers.ts';

interface Link {
  last: number;
  link: ChainLink | OpenLink;
}

interface Line {
  seq: number;
  line: string;
}

export class ChainCheck {
  readonly #disk: Reader;
  readonly #finder: Finder;
  readonly #organisation: string;
  readonly #newest: OpenLink | null;
  /** By the last number of their link. */
  readonly #open = new Map<number, Line[]>();
  readonly #compared = new Numbers();
  /** The newest that was looked up: neighbours in time are mostly neighbours in number. */
  #at: Link | undefined;

  /** @param newest the link that is not yet a row */
  constructor(disk: Reader, finder: Finder, organisation: string, newest: OpenLink | null) {
    this.#disk = disk;
    this.#finder = finder;
    this.#organisation = organisation;
    this.#newest = newest;
  }

  note(position: Position, entry: Entry, record: EntryRecord): void {
    const found = this.#linkOf(record.seq);
    if (!found || this.#compared.has(found.last)) return;
    const lines = this.#open.get(found.last) ?? [];
    lines.push({ seq: record.seq, line: recordLine(position, entry, record) });
    if (lines.length === found.link.count) this.#compare(found, lines);
    else this.#open.set(found.last, lines);
  }

  /** @param keptFrom records before it are gone: links that stand for some of them are only held against each other */
  finish(keptFrom: number, chainHash: string): void {
    let previous = this.#disk.get<string>('chain', [this.#organisation, ANCHOR]) ?? CHAIN_START;
    for (const found of this.#links(0)) {
      const { last, link } = found;
      if (!this.#compared.has(last) && link.oldestAt >= keptFrom) this.#compare(found, this.#open.get(last) ?? []);
      if (!('hash' in link)) continue;
      this.#expect(last, { hash: linkHash(previous, link) }, { hash: link.hash, oldestAt: link.oldestAt, newestAt: link.newestAt });
      previous = link.hash;
    }
    if (previous !== chainHash)
      this.#finder.expect(this.#organisation, 'states', [this.#organisation], { chainHash: previous }, { chainHash });
  }

  /** The link that stands for a number; none for what is older than the chain. */
  #linkOf(seq: number): Link | undefined {
    if (!this.#at || seq > this.#at.last || seq < this.#at.link.first) [this.#at] = this.#links(seq, 1);
    return this.#at && this.#at.link.first <= seq ? this.#at : undefined;
  }

  /** Those whose last number is at least so high, in order, the newest as well. */
  *#links(from: number, limit?: number): Generator<Link, void, void> {
    const range = { start: [this.#organisation, from], end: [this.#organisation, Number.POSITIVE_INFINITY], ...(limit && { limit }) };
    const rows: Iterable<Row<ChainLink>> = this.#disk.range<ChainLink>('chain', range);
    for (const { key, value } of rows) yield { last: key[1] as number, link: value };
    if (this.#newest && this.#newest.last >= from) yield { last: this.#newest.last, link: this.#newest };
  }

  #compare({ last, link }: Link, found: Line[]): void {
    const lines = found.sort((a, b) => a.seq - b.seq).map(({ line }) => line);
    this.#compared.add(last);
    this.#open.delete(last);
    const { count: records, rolled, digest, oldestAt, newestAt } = link;
    this.#expect(last, { records: lines.length, ...hashOfLines(link, lines) }, { records, rolled, digest, oldestAt, newestAt });
  }

  /** Only what is expected is compared; the instants say when it was. */
  #expect(last: number, expected: Record<string, unknown>, found: Record<string, unknown>): void {
    if (Object.entries(expected).every(([name, value]) => found[name] === value)) return;
    this.#finder.expect(this.#organisation, 'chain', [this.#organisation, last], expected, found);
  }
}
