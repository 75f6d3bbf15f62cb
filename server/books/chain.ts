/**
 * A chain of hashes over an organisation's records: each batch that numbers some adds a link, which stands for them and for the link
 * before it. Links are only ever added. What was recorded cannot be changed, taken out or put in without breaking it; whoever noted down
 * its head outside can tell that the whole of it was not made anew.
 */
import { hash } from 'node:crypto';
import type { Instant } from '../../shared/time.ts';
import type { Write } from '../store/store.ts';
import type { Batch } from './batch.ts';
import { type Entry, type EntryRecord, type Position, positionOf } from './entry.ts';
import type { Organisation } from './organisation.ts';

/** A link, kept under the highest number that it stands for. */
export interface ChainLink {
  /** The lowest number. Those between that are missing belong to others, or to alerts. */
  first: number;
  count: number;
  /** Of its records. */
  oldestAt: Instant;
  newestAt: Instant;
  /** SHA-256 of the lines of its records, by number. */
  digest: string;
  /** SHA-256 of the hash before it and its digest. */
  hash: string;
}

/** Before the first link. */
export const CHAIN_START = '';

export const linkHash = (previous: string, digest: string): string => sha256(`${previous}\n${digest}`);

export const digestOf = (lines: readonly string[]): string => sha256(lines.join(''));

const sha256 = (text: string): string => hash('sha256', text);

/** What of a record never changes. Names hold no control characters, so that no two records have one line. */
export function recordLine({ at, class: order, receipt, sub }: Position, entry: Entry, record: EntryRecord): string {
  const { kind, user, source, id } = entry;
  const { seq, acquired, type, session, pool, since, device = entry.device } = record;
  const place = `${seq}\t${at}\t${order}\t${receipt}\t${sub ?? ''}\t${kind}\t${user}\t${device}\t${source}`;
  return `${place}\t${id ?? ''}\t${acquired ? 1 : 0}\t${type}\t${session}\t${pool}\t${since}\n`;
}

/** At the end of a batch: its records have their numbers, and none of them changes any more. */
export function chainRecords(batch: Batch, organisation: Organisation): void {
  const lines: { seq: number; line: string }[] = [];
  let [oldestAt, newestAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let inOrder = true;
  for (const { key, value } of batch.draft.written('entries', organisation.id) as Iterable<Write & { value: Entry | undefined }>) {
    if (value === undefined) continue;
    const position = positionOf(key, 1);
    for (const records of [value.records, value.superseded ?? []]) {
      for (const record of records) {
        if (record.seq <= batch.seqBefore) continue;
        oldestAt = Math.min(oldestAt, position.at);
        newestAt = Math.max(newestAt, position.at);
        inOrder &&= lines.length === 0 || record.seq > (lines.at(-1) as { seq: number }).seq;
        lines.push({ seq: record.seq, line: recordLine(position, value, record) });
      }
    }
  }
  if (!inOrder) lines.sort((a, b) => a.seq - b.seq);
  const [first, last] = [lines[0], lines.at(-1)];
  if (!first || !last) return;
  const digest = digestOf(lines.map(({ line }) => line));
  organisation.chainHash = linkHash(organisation.chainHash, digest);
  const link: ChainLink = { first: first.seq, count: lines.length, oldestAt, newestAt, digest, hash: organisation.chainHash };
  batch.draft.put('chain', [organisation.id, last.seq], link);
}

/** Links removed in one batch, at most. */
const LINKS = 1_000;

/** Links whose records are all gone go too; the hash of the last of them stays, for the next to be held against. */
export function dropLinks({ draft }: Batch, { id }: Organisation, before: Instant): void {
  let anchor: string | null = null;
  for (const { key, value } of [
    ...draft.range<ChainLink | string>('chain', { start: [id], end: [id, Number.POSITIVE_INFINITY], limit: LINKS }),
  ]) {
    if (typeof value === 'string') continue;
    if (value.newestAt >= before) break;
    anchor = value.hash;
    draft.remove('chain', key);
  }
  if (anchor !== null) draft.put('chain', [id, ANCHOR], anchor);
}

/** Key of the hash of the last link that is gone. */
export const ANCHOR = -1;
