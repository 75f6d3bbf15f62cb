/**
 * A chain of hashes over an organisation's records: a link stands for some of them, one after the other by number, and for the link
 * before it. Each batch adds its records to the newest link, which lies among the organisation's counters until it is long enough:
 * then it becomes a row, and is never changed again. What was recorded cannot be changed, taken out or put in without breaking the
 * chain; whoever noted down its head outside can tell that the whole of it was not made anew.
 */
import { hash } from 'node:crypto';
import type { Instant } from '../../shared/time.ts';
import type { Key, Write } from '../store/store.ts';
import type { Batch } from './batch.ts';
import { type Entry, type EntryRecord, type Position, positionOf } from './entry.ts';
import type { Organisation } from './organisation.ts';

/** The records of a link. */
interface Linked {
  /** The lowest number. Those between that are missing belong to others, or to alerts. */
  first: number;
  count: number;
  /** Of its records. */
  oldestAt: Instant;
  newestAt: Instant;
  /** By number: SHA-256 of this of the records before, and the record's line. */
  rolled?: string;
  /** In links that were made up to format 6: SHA-256 of all lines together. */
  digest?: string;
}

/** A link, kept under the highest number that it stands for. */
export interface ChainLink extends Linked {
  /** SHA-256 of the hash before it and that of its own records. */
  hash: string;
}

/** The link to which records are still added. */
export interface OpenLink extends Linked {
  rolled: string;
  last: number;
  /** When its first record was recorded. */
  since: Instant;
}

/** A link becomes a row with so many records, or after so long: single events would else each cost one. */
const LINK_RECORDS = 64;
export const LINK_MS = 3_600_000;

/** Before the first link, and before the first record of a link. */
export const CHAIN_START = '';

export const linkHash = (previous: string, { rolled, digest }: Linked): string => sha256(`${previous}\n${rolled ?? digest}`);

/** As the link says it of its own. */
export const hashOfLines = ({ digest }: Linked, lines: readonly string[]): Pick<Linked, 'rolled' | 'digest'> =>
  digest === undefined ? { rolled: roll(CHAIN_START, lines) } : { digest: sha256(lines.join('')) };

const roll = (before: string, lines: readonly string[]): string => lines.reduce((rolled, line) => sha256(rolled + line), before);

const sha256 = (text: string): string => hash('sha256', text);

/** What of a record never changes. Names hold no control characters, so that no two records have one line. */
export const recordLine = (position: Position, entry: Entry, record: EntryRecord): string =>
  lineOf(placeOf(position, entry), partyOf(entry, record.device), record);

/** What the lines of an entry's records have in common: it is put together once. */
const placeOf = ({ at, class: order, receipt, sub }: Position, { kind, user }: Entry): string =>
  `\t${at}\t${order}\t${receipt}\t${sub ?? ''}\t${kind}\t${user}`;

/** The device is that of the entry unless the record says one. */
const partyOf = ({ device, source, id }: Entry, named = device): string => `\t${named}\t${source}\t${id ?? ''}`;

const lineOf = (place: string, party: string, { seq, acquired, type, session, pool, since }: EntryRecord): string =>
  `${seq}${place}${party}\t${acquired ? 1 : 0}\t${type}\t${session}\t${pool}\t${since}\n`;

/** The lines of what a batch numbered, side by side with the numbers. */
interface Numbered {
  lines: string[];
  numbers: number[];
}

function addLines({ lines, numbers }: Numbered, seqBefore: number, key: Key, entry: Entry): void {
  let place = '';
  let party = '';
  for (const records of entry.superseded ? [entry.records, entry.superseded] : [entry.records]) {
    for (const record of records) {
      if (record.seq <= seqBefore) continue;
      if (place === '') {
        place = placeOf(positionOf(key, 1), entry);
        party = partyOf(entry);
      }
      numbers.push(record.seq);
      lines.push(lineOf(place, record.device === undefined ? party : partyOf(entry, record.device), record));
    }
  }
}

/** Most batches number their records in the order in which they are written. */
function byNumber({ lines, numbers }: Numbered): Numbered {
  if (numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number))) return { lines, numbers };
  const order = [...numbers.keys()].sort((a, b) => (numbers[a] as number) - (numbers[b] as number));
  return { lines: order.map((index) => lines[index] as string), numbers: order.map((index) => numbers[index] as number) };
}

/** At the end of a batch: its records have their numbers, and none of them changes any more. */
export function chainRecords(batch: Batch, organisation: Organisation): void {
  const found: Numbered = { lines: [], numbers: [] };
  let [oldestAt, newestAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { key, value } of batch.draft.written('entries', organisation.id) as readonly (Write & { value: Entry | undefined })[]) {
    if (value === undefined) continue;
    const before = found.numbers.length;
    addLines(found, batch.seqBefore, key, value);
    if (found.numbers.length === before) continue;
    oldestAt = Math.min(oldestAt, key[1] as Instant);
    newestAt = Math.max(newestAt, key[1] as Instant);
  }
  const { lines, numbers } = byNumber(found);
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === undefined || last === undefined) return;
  const before = organisation.openLink ?? { first, count: 0, oldestAt, newestAt, rolled: CHAIN_START, since: batch.now };
  organisation.openLink = {
    first: before.first,
    last,
    count: before.count + numbers.length,
    oldestAt: Math.min(before.oldestAt, oldestAt),
    newestAt: Math.max(before.newestAt, newestAt),
    rolled: roll(before.rolled, lines),
    since: before.since,
  };
  if (organisation.openLink.count >= LINK_RECORDS || batch.now - before.since >= LINK_MS) closeLink(batch, organisation);
}

function closeLink({ draft }: Batch, organisation: Organisation): void {
  if (!organisation.openLink) return;
  const { last, since: _, ...linked } = organisation.openLink;
  const link: ChainLink = { ...linked, hash: linkHash(organisation.chainHash, linked) };
  organisation.chainHash = link.hash;
  organisation.openLink = null;
  draft.put('chain', [organisation.id, last], link);
}

/** Links removed in one batch, at most. */
const LINKS = 1_000;

/** Links whose records are all gone go too; the hash of the last of them stays, for the next to be held against. */
export function dropLinks(batch: Batch, organisation: Organisation, before: Instant): void {
  const { draft } = batch;
  const { id, openLink } = organisation;
  // What comes later is in a link of its own, of which all records are there.
  if (openLink && openLink.newestAt < before) closeLink(batch, organisation);
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
