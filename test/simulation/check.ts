/** What must hold whenever everything has come to its end: the books are those of a plain walk, and everybody sees them. */
import { deepStrictEqual } from 'node:assert';
import { createGrants } from '../../server/licensing/assignment.ts';
import type { Reader } from '../../server/store/store.ts';
import type { Findings } from '../../server/verify/findings.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import type { Assignment, OrganisationSettings } from '../../shared/organisation.ts';
import { type Instant, parseInstant } from '../../shared/time.ts';
import type { ChangeView, Page, RecordView, SessionView, UsageView } from '../../shared/views.ts';
import { type NaiveInput, type NaiveSettings, naiveBooks } from '../support/naive-books.ts';
import type { Administrator } from './administrator.ts';
import type { Display } from './display.ts';
import type { Acknowledged } from './producer.ts';

export interface Part {
  organisation: string;
  acknowledged: Acknowledged[];
  administrator: Administrator;
  displays: Display[];
}

export type Read = <T>(path: string) => Promise<T>;

/** Everything of a paged list. */
export async function readAll<T>(read: Read, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const separator = path.includes('?') ? '&' : '?';
    const page: Page<T> = await read<Page<T>>(
      `${path}${separator}limit=5000${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

const grants = createGrants(BUILT_IN_CATALOGUE);
const at = (text: string): number => parseInstant(text) as number;

/** @throws AssertionError with what differs */
export async function checkBooks(disk: Reader, now: Instant, read: Read, part: Omit<Part, 'displays'>): Promise<void> {
  const { organisation, acknowledged, administrator } = part;
  const O = `/api/v1/organisations/${organisation}`;
  const changes = (await readAll<ChangeView>(read, `${O}/changes`)).reverse();
  const versions = settingsOf(changes);
  deepStrictEqual(
    administrator.settings.filter((name) => !changes.some(({ after }) => (after as OrganisationSettings | null)?.name === name)),
    [],
    'settings that were acknowledged are listed',
  );
  const assignmentAt = assignmentsOf(changes);
  const events = acknowledged.map(({ input }): NaiveInput => {
    if (input.type !== 'login' || input.licences) return input;
    return { ...input, licences: grants.acquiredBy(assignmentAt(input.user, input.at), input.source) };
  });
  const downtimes = [...disk.range<number>('downtimes', {})].map(({ key, value }) => ({
    from: key[0] as number,
    until: value,
  }));
  const receiptOf = receiptsOf(disk, organisation);
  const ids = new Map(acknowledged.map(({ id }, index) => [events[index] as NaiveInput, id]));
  const received = [...events, ...administrator.imported].sort((a, b) => receiptOf(ids.get(a), a) - receiptOf(ids.get(b), b));
  const expected = naiveBooks(versions, received, now, downtimes);

  const all = await readAll<RecordView>(read, `${O}/records?order=asc&superseded=true`);
  deepStrictEqual(new Set(all.map(({ seq }) => seq)).size, all.length, 'every record has a number of its own');
  const bySeq = new Map(all.map((record) => [record.seq, record]));
  for (const { id, result } of acknowledged) {
    for (const seq of result.records) deepStrictEqual([seq, bySeq.get(seq)?.eventId], [seq, id], 'what was acknowledged is on disk');
  }
  const records = all.filter(({ flags }) => !flags.includes('superseded'));
  deepStrictEqual(
    records
      .map((r) => line(at(r.loggedAt), r.user, r.device, r.licenceType, r.usageType, r.logonSource, r.pool, r.heldSeconds, r.inUse))
      .sort(),
    expected.records.map((r) => line(r.loggedAt, r.user, r.device, r.type, r.usageType, r.source, r.pool, r.heldSeconds, r.inUse)).sort(),
    'records',
  );
  const sessions = await readAll<SessionView>(read, `${O}/sessions`);
  deepStrictEqual(
    sessions.map((s) => line(s.user, s.device, at(s.since), ...s.licences.map((l) => l.licenceType).sort())).sort(),
    expected.sessions.map((s) => line(s.user, s.device, s.since, ...s.types.toSorted())).sort(),
    'sessions',
  );
  const usage = await read<UsageView>(`${O}/usage`);
  const figures = [new Set(expected.sessions.map((s) => s.user)).size, expected.sessions.length, expected.anomalies];
  deepStrictEqual([usage.users, usage.sessions, usage.anomalies], figures, 'users, sessions, anomalies');
  for (const row of usage.licences) {
    const pools = expected.pools[row.licenceType] ?? { concurrent: 0, contingency: 0, 'over-limit': 0 };
    const used = { concurrent: row.concurrent.used, contingency: row.contingency.used, 'over-limit': row.overLimit };
    deepStrictEqual([row.licenceType, used], [row.licenceType, pools], 'pools');
    const peak = expected.peaks[row.licenceType] ?? { day: 0, dayAt: null, period: 0, maxUsed: 0 };
    const { day, billingPeriod } = row.peak;
    const marks = {
      day: day.value,
      dayAt: day.at === null ? null : at(day.at),
      period: billingPeriod.value,
      maxUsed: row.contingency.maxUsed,
    };
    deepStrictEqual([row.licenceType, marks], [row.licenceType, peak], 'marks');
  }
}

const line = (...parts: unknown[]): string => parts.join(' | ');

/** In which order things were received, as the daemon wrote it down: where that decides, there is no other witness. */
function receiptsOf(disk: Reader, organisation: string): (id: string | undefined, input: NaiveInput) => number {
  const receipts = new Map<string, number>();
  const range = { start: [organisation], end: [`${organisation}\u0000`] };
  for (const { key, value } of disk.range<{ id: string | null; user: string }>('entries', range)) {
    receipts.set(value.id ?? `${value.user} ${key[1]}`, key[3] as number);
  }
  return (id, { user, at: when }) => receipts.get(id ?? `${user} ${when}`) ?? Number.POSITIVE_INFINITY;
}

function settingsOf(changes: ChangeView[]): NaiveSettings[] {
  return changes
    .filter(({ kind }) => kind === 'organisation')
    .map((change) => {
      const { timeZone, billingPeriodStartDay, entitlements, effectiveFrom, scheduledLogOff } = change.after as OrganisationSettings;
      return {
        from: effectiveFrom === undefined ? at(change.at) : at(effectiveFrom),
        timeZone,
        billingPeriodStartDay,
        ...(scheduledLogOff !== undefined && { scheduledLogOff }),
        entitlements: entitlements as NaiveSettings['entitlements'],
      };
    });
}

function assignmentsOf(changes: ChangeView[]): (user: string, when: number) => Assignment | undefined {
  const versions = new Map<string, { from: number; value: Assignment | null }[]>();
  for (const { kind, user, at: when, after } of changes) {
    if (kind !== 'user' || user === null) continue;
    const list = versions.get(user) ?? [];
    list.push({ from: list.length === 0 ? Number.NEGATIVE_INFINITY : at(when), value: after as Assignment | null });
    versions.set(user, list);
  }
  return (user, when) => (versions.get(user) ?? []).filter(({ from }) => from <= when).at(-1)?.value ?? undefined;
}

/** What `highwater verify` finds: everything kept beside the entries is as they say. */
export const checkDerived = ({ differences }: Findings): void =>
  deepStrictEqual(
    differences.map((difference) => JSON.stringify(difference)),
    [],
    'what verify finds',
  );

/** Every display shows what is committed, to the last figure. */
export async function checkDisplays(read: Read, { organisation, displays }: Part): Promise<void> {
  const usage = await read<UsageView>(`/api/v1/organisations/${organisation}/usage`);
  const { items } = await read<Page<{ id: string; state: string }>>(`/api/v1/organisations/${organisation}/alerts`);
  const active = items.filter(({ state }) => state !== 'resolved').map(({ id, state }) => `${id} ${state}`);
  for (const { shown } of displays) {
    deepStrictEqual(
      shown && {
        rows: [...shown.rows.values()].sort(byType),
        figures: [shown.users, shown.sessions, shown.anomalies],
        alerts: [...shown.alerts.values()]
          .filter(({ state }) => state !== 'resolved')
          .map(({ id, state }) => `${id} ${state}`)
          .sort(),
      },
      { rows: usage.licences.toSorted(byType), figures: [usage.users, usage.sessions, usage.anomalies], alerts: active.sort() },
      'a display',
    );
  }
}

const byType = (a: { licenceType: string }, b: { licenceType: string }): number => (a.licenceType < b.licenceType ? -1 : 1);
