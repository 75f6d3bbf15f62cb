/** Rows of another system's records on their way into the books: what becomes of each is decided by playing them. */
import type { RecordFlag } from '../../shared/events.ts';
import { getOrMake } from '../../shared/maps.ts';
import type { Instant } from '../../shared/time.ts';
import type { Version } from '../licensing/versions.ts';
import type { ImportRow, RowFate } from '../pipeline-types.ts';
import type { Reader } from '../store/store.ts';
import { noteAnomaly } from './anomalies.ts';
import { applyEntry, settled } from './apply-entry.ts';
import { type Batch, type Books, createBatch, nextReceipt, organisationOf, touch } from './batch.ts';
import { CLASS, type Entry, type Position } from './entry.ts';
import { isLate, recordLateMany } from './late.ts';
import { numberLater } from './numbers.ts';
import {
  countSessions,
  createOrganisation,
  type Organisation,
  type OrganisationCounters,
  type Settings,
  userState,
} from './organisation.ts';
import { refoldUser } from './refold-user.ts';
import { beginRewriting } from './rewriting.ts';
import { bringForward, type Tentative } from './same-instant.ts';
import { armSession, settleUnnumbered, writeEntry } from './settle.ts';

/** How a row was judged. That it was left out is kept only where rows of its own instant would have it judged otherwise next time. */
const RECORDED = 1;
const LEFT_OUT = 2;
/** Never written down: it lies before what is kept. */
const TOO_OLD = 3;

interface Judged {
  row: ImportRow;
  /** What was kept of an import before. */
  known: number | undefined;
  item: Tentative;
}

export function importRows(batch: Batch, id: string, rows: readonly ImportRow[]): RowFate[] {
  const isNew = !batch.books.organisations.has(id);
  const organisation = organisationOf(batch, id);
  const judged = judge(batch, batch.draft, organisation, rows);
  playRows(
    batch,
    organisation,
    judged.filter(({ known }) => known === undefined).map(({ item }) => item),
  );
  for (const { row, known, item } of judged) {
    if (known !== undefined || item.reason !== null) continue;
    batch.draft.put('imported', [id, row.content, row.occurrence], RECORDED);
    noteUnknown(batch, organisation, item);
    touch(batch, organisation);
  }
  keepLeftOut(batch, id, judged);
  if (isNew && !batch.changed.has(id)) batch.books.organisations.delete(id);
  return judged.map(fateOf);
}

/** The same answers from books of one organisation that are made for it and thrown away. Users do not matter to one another here. */
export function tryRows(disk: Reader, live: Books, now: Instant, id: string, rows: readonly ImportRow[]): RowFate[] {
  const books: Books = { ...live, organisations: new Map() };
  const batch = createBatch(books, disk, now);
  const counters = disk.get<OrganisationCounters>('states', [id]);
  if (counters) {
    const versions = disk.get<Version<Settings>[]>('organisations', [id]) ?? [];
    books.organisations.set(id, createOrganisation(id, versions, { ...counters, timersRunTo: Math.max(now, counters.timersRunTo) }));
  }
  const organisation = organisationOf(batch, id);
  const judged = judge(batch, disk, organisation, rows);
  const byUser = new Map<string, Tentative[]>();
  for (const { row, known, item } of judged) if (known === undefined) getOrMake(byUser, row.user, () => []).push(item);
  for (const [user, items] of byUser) {
    refoldUser(batch, beginRewriting(organisation), user, (items[0] as Tentative).position, items, true);
  }
  return judged.map(fateOf);
}

function judge(batch: Batch, disk: Reader, { id, kept }: Organisation, rows: readonly ImportRow[]): Judged[] {
  return rows.map((row) => {
    const before = disk.get<number>('imported', [id, row.content, row.occurrence]);
    const known = before ?? (row.at < kept.closed ? TOO_OLD : undefined);
    const position: Position = { at: row.at, class: CLASS.event, receipt: nextReceipt(batch) };
    return { row, known, item: { position, entry: entryOf(batch, row), reason: null } };
  });
}

function fateOf({ row, known, item }: Judged): RowFate {
  if (known === RECORDED) return 'duplicate';
  if (known === TOO_OLD) return 'older_than_kept';
  if (known === LEFT_OUT) return row.kind === 'import-acquired' ? 'nothing_to_acquire' : 'no_open_session';
  return item.reason ?? 'recorded';
}

/** One after the other, as long as they belong at the end of what is known; the others are worked in together. */
function playRows(batch: Batch, organisation: Organisation, tentative: readonly Tentative[]): void {
  const items = tentative.map((item) => ({ position: item.position, entry: item.entry, tentative: item }));
  const late = new Map<string, Tentative[]>();
  for (let index = 0; index < items.length; index++) {
    const { position, entry, tentative: item } = items[index] as (typeof items)[number];
    // It may have changed places with one before it.
    item.position = position;
    const waiting = late.get(entry.user);
    if (waiting) waiting.push(item);
    else if (isLate(batch, organisation, position, entry)) late.set(entry.user, [item]);
    else {
      bringForward(items, index, organisation.users.get(entry.user)?.devices ?? new Map());
      const next = items[index] as (typeof items)[number];
      recordInOrder(batch, organisation, next.position, next.tentative);
    }
  }
  recordLateMany(batch, organisation, late);
}

function recordInOrder(batch: Batch, organisation: Organisation, position: Position, item: Tentative): void {
  const { entry } = item;
  const { user } = entry;
  const state = userState(organisation, user);
  const outcome = applyEntry(organisation, state.devices, position, entry, []);
  item.position = position;
  item.reason = outcome.reason;
  if (outcome.reason === null) {
    const after = settled(entry, outcome, settleUnnumbered(batch, organisation, user, position, outcome.movements));
    const session = state.devices.get(entry.device);
    if (session) armSession(batch, organisation, user, session);
    writeEntry(batch, organisation, position, after);
    numberLater(batch, organisation.id, position, after);
  } else {
    countSessions(organisation, user, state);
  }
}

function entryOf(batch: Batch, row: ImportRow): Entry {
  const { grants } = batch.books;
  const flags: RecordFlag[] = [];
  if (!grants.knowsSource(row.logonSource)) flags.push('unknown-logon-source');
  if (!grants.knowsType(row.licenceType)) flags.push('unknown-licence-type');
  if (row.at > batch.now) flags.push('clock-ahead');
  return {
    kind: row.kind,
    user: row.user,
    device: row.device,
    source: row.logonSource,
    receivedAt: batch.now,
    reason: null,
    id: null,
    licences: [row.licenceType],
    leaseMs: null,
    ...(row.kind === 'import-logged-off' && row.deviceNamed && { named: row.device }),
    flags: flags.length > 0 ? flags : null,
    records: [],
    superseded: null,
  };
}

function noteUnknown(batch: Batch, organisation: Organisation, { position, entry }: Tentative): void {
  if (entry.flags?.includes('unknown-logon-source')) noteAnomaly(batch, organisation, position, 'unknown_logon_source', entry);
  if (entry.flags?.includes('unknown-licence-type')) noteAnomaly(batch, organisation, position, 'unknown_licence_type', entry);
}

/**
 * A file that is imported again is judged with all that it brought already in the books, at instants that are the rows' own too.
 * What was left out beside such a row stays left out.
 */
function keepLeftOut(batch: Batch, id: string, judged: readonly Judged[]): void {
  const place = ({ at, user, licenceType }: ImportRow): string => [at, user, licenceType].join('\u0000');
  const taken = new Set(
    judged.filter(({ known, item }) => (known ?? RECORDED) === RECORDED && item.reason === null).map(({ row }) => place(row)),
  );
  for (const { row, known, item } of judged) {
    if (known !== undefined || item.reason === null || !taken.has(place(row))) continue;
    batch.draft.put('imported', [id, row.content, row.occurrence], LEFT_OUT);
  }
}
