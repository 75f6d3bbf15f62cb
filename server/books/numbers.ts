/**
 * Numbers of records that something late changes. One that does not change keeps its own, one that changes gets a new one and the old
 * stays, superseded. In one batch a record may change and change back: new numbers are given at its end, but for those that an event of
 * the batch is answered with.
 */
import { getOrMake } from '../../shared/maps.ts';
import { type Batch, nextSeq } from './batch.ts';
import { comparePositions, type Entry, type EntryRecord, type Position, positionText } from './entry.ts';

/** Carries numbers over from an entry as it was; a record that is new has none. Whether anything changed. */
export function keepNumbers(batch: Batch, before: Entry | null, after: Entry): boolean {
  const left = [...(before?.records ?? [])];
  const earlier = [...(before?.superseded ?? [])];
  let changed = false;
  for (const record of after.records) {
    const same = take(left, (old) => sameRecord(old, record));
    if (!same) changed = true;
    const back = same ?? take(earlier, (old) => batch.replaced.has(old.seq) && sameRecord(old, record));
    // Nobody has read what the batch has not written: a record of it may still be given another pool.
    const moved = back ?? take(left, (old) => !isWritten(batch, old) && sameHolding(old, record));
    record.seq = moved?.seq ?? 0;
  }
  if (left.length > 0) changed = true;
  const gone = left.filter(({ seq }) => seq !== 0);
  for (const { seq } of gone) batch.replaced.add(seq);
  after.superseded = earlier.length + gone.length > 0 ? withDevice([...earlier, ...gone], before, after) : null;
  return changed;
}

/** A refresh, or a release by the system, may turn out to be on another device: what was superseded stays on its own. */
function withDevice(records: EntryRecord[], before: Entry | null, after: Entry): EntryRecord[] {
  if (before === null || before.device === after.device) return records;
  return records.map((record) => ({ ...record, device: record.device ?? before.device }));
}

function take(records: EntryRecord[], wanted: (record: EntryRecord) => boolean): EntryRecord | undefined {
  const index = records.findIndex(wanted);
  return index < 0 ? undefined : records.splice(index, 1)[0];
}

const isWritten = ({ seqBefore }: Batch, { seq }: EntryRecord): boolean => seq !== 0 && seq <= seqBefore;

const sameHolding = (a: EntryRecord, b: EntryRecord): boolean =>
  a.acquired === b.acquired && a.type === b.type && a.session === b.session && a.since === b.since;

const sameRecord = (a: EntryRecord, b: EntryRecord): boolean => sameHolding(a, b) && a.pool === b.pool;

/** Gives the records of an entry that has come into the books numbers, and returns those of all of them. */
export function numberRecords(batch: Batch, { records }: Entry): number[] {
  for (const record of records) if (record.seq === 0) record.seq = nextSeq(batch);
  return records.map(({ seq }) => seq);
}

/** An entry some of whose records have no number yet. */
export interface Unnumbered {
  position: Position;
  entry: Entry;
}

/** An entry as it stands now: those of its records that have no number get one at the end of the batch. */
export function numberLater(batch: Batch, organisation: string, position: Position, entry: Entry): void {
  const entries = getOrMake(batch.unnumbered, organisation, () => new Map<string, Unnumbered>());
  const place = positionText(position);
  if (entry.records.some(({ seq }) => seq === 0)) entries.set(place, { position, entry });
  else entries.delete(place);
}

/** In the order of the books. */
export function numberAll(batch: Batch): void {
  for (const entries of batch.unnumbered.values()) {
    const inOrder = [...entries.values()].sort((a, b) => comparePositions(a.position, b.position));
    for (const { entry } of inOrder) numberRecords(batch, entry);
  }
}
