/** What administrators say: settings of organisations and assignments of users, each change a version with its receipt. */
import type { Assignment, OrganisationSettings, UserAssignment } from '../../shared/organisation.ts';
import { type Instant, parseInstant } from '../../shared/time.ts';
import type { ChangeView } from '../../shared/views.ts';
import { createCalendar } from '../licensing/calendar.ts';
import { addVersion, lastReceived, type Version } from '../licensing/versions.ts';
import { AFTER_NAMES } from '../store/store.ts';
import { type Batch, nextReceipt, organisationOf, touch } from './batch.ts';
import { CLASS } from './entry.ts';
import { watchAgain } from './history.ts';
import { deriveAgain } from './kept-levels.ts';
import { firstEntryAt } from './kept-records.ts';
import { refoldUsers, usersSince } from './late.ts';
import { DEFAULT_SETTINGS, type Organisation, type Settings, scheduleTimers, typeState } from './organisation.ts';
import { isMuch, limitedTypes, recomputeEverybody } from './recomputation.ts';
import { notePastChange } from './statements.ts';
import { runTimers } from './timers.ts';

const DAY_MS = 86_400_000;

export function putOrganisation(batch: Batch, id: string, settings: OrganisationSettings, by: string | null): void {
  const organisation = organisationOf(batch, id);
  runTimers(batch, organisation, batch.now);
  const value: Settings = { ...settings, entitlements: new Map(Object.entries(settings.entitlements)) };
  const from = (settings.effectiveFrom === undefined ? null : parseInstant(settings.effectiveFrom)) ?? batch.now;
  const before = organisation.versions;
  const added = { from, receipt: nextReceipt(batch), value };
  organisation.versions = addVersion(before, added);
  batch.draft.put('organisations', [id], organisation.versions);
  noteChange(batch, id, added.receipt, { by, kind: 'organisation', user: null, before: lastReceived(before) ?? null, after: value });
  const last = lastReceived(before) ?? { ...DEFAULT_SETTINGS, name: id };
  const moved = last.timeZone !== value.timeZone || last.billingPeriodStartDay !== value.billingPeriodStartDay;
  if (moved) changeCalendar(batch, organisation, value);
  scheduleTimers(organisation);
  organisation.ages = null;
  for (const type of value.entitlements.keys()) typeState(organisation, type);
  const types = touch(batch, organisation);
  for (const type of organisation.types.keys()) types.add(type);
  const reachesBack = before.length === 0 ? Number.NEGATIVE_INFINITY : from;
  notePastChange(batch, organisation, moved ? Number.NEGATIVE_INFINITY : reachesBack);
  const usersToo = changesSessions(before, value, moved);
  if (moved) rework(batch, organisation, Number.NEGATIVE_INFINITY, usersToo);
  else if (reachesBack < batch.now || reachesBack <= organisation.newestAt) rework(batch, organisation, reachesBack, usersToo);
}

/** They count from now on. All other settings stay as they are in the line: what was changed a moment ago is not taken back. */
export function putEntitlements(batch: Batch, id: string, entitlements: OrganisationSettings['entitlements'], by: string | null): void {
  const { versions, unset } = organisationOf(batch, id);
  const { effectiveFrom: _past, ...settings } = lastReceived(versions) ?? unset;
  putOrganisation(batch, id, { ...settings, entitlements }, by);
}

/** Works the books out again from an instant on, under other settings: at once, or in pieces where much has happened since. */
function rework(batch: Batch, organisation: Organisation, from: Instant, usersToo: boolean): void {
  const first = firstEntryAt(batch, organisation);
  if (first === null) return;
  const position = { at: Math.max(from, first, organisation.kept.closed), class: CLASS.settings, receipt: 0 };
  if (position.at > Math.max(organisation.newestAt, batch.now)) return;
  if (usersToo && isMuch(batch, organisation, position.at)) recomputeEverybody(batch, organisation, position.at);
  else refoldUsers(batch, organisation, position, usersToo ? usersSince(batch, organisation, position.at) : [], limitedTypes(organisation));
}

/** Whether sessions, and not only pools, may come out differently: when everybody is logged off, and how long leases are. */
function changesSessions(before: readonly Version<Settings>[], value: Settings, moved: boolean): boolean {
  const all = [...(before.length === 0 ? [undefined] : before.map((version) => version.value)), value];
  const ways = new Set(all.map((settings) => `${settings?.scheduledLogOff} ${settings?.defaultLeaseSeconds}`));
  return ways.size > 1 || (moved && all.some((settings) => settings?.scheduledLogOff !== undefined));
}

/** Days and periods begin at other instants: the marks are found anew. */
function changeCalendar(batch: Batch, organisation: Organisation, { timeZone, billingPeriodStartDay }: Settings): void {
  const calendar = createCalendar(timeZone, billingPeriodStartDay);
  organisation.calendar = calendar;
  organisation.nextRoll = calendar.day(batch.now).end;
  organisation.nextKeep = Number.NEGATIVE_INFINITY;
  // The day of the first entry may have begun up to a day earlier by the old clock.
  deriveAgain(organisation, (firstEntryAt(batch, organisation) ?? Number.POSITIVE_INFINITY) - DAY_MS);
  for (const [type, { usage }] of organisation.types) {
    usage.day = watchAgain(batch, organisation, type, usage, calendar.day(batch.now));
    usage.period = watchAgain(batch, organisation, type, usage, calendar.billingPeriod(batch.now));
  }
}

export function putUsers(batch: Batch, id: string, users: readonly UserAssignment[], by: string | null): void {
  for (const { user, assignment, effectiveFrom } of users) addAssignment(batch, id, user, assignment, by, effectiveFrom);
  touch(batch, organisationOf(batch, id));
}

/** Whether there was such a user. */
export function deleteUser(batch: Batch, id: string, user: string, by: string | null): boolean {
  const versions = batch.draft.get<Version<Assignment | null>[]>('users', [id, user]);
  if (!versions || lastReceived(versions) === null) return false;
  addAssignment(batch, id, user, null, by);
  return true;
}

function addAssignment(batch: Batch, id: string, user: string, value: Assignment | null, by: string | null, effectiveFrom?: string): void {
  const versions = batch.draft.get<Version<Assignment | null>[]>('users', [id, user]) ?? [];
  const receipt = nextReceipt(batch);
  const from = (effectiveFrom === undefined ? null : parseInstant(effectiveFrom)) ?? batch.now;
  batch.draft.put('users', [id, user], addVersion(versions, { from, receipt, value }));
  const after = value && effectiveFrom !== undefined ? { ...value, effectiveFrom } : value;
  noteChange(batch, id, receipt, { by, kind: 'user', user, before: lastReceived(versions) ?? null, after });
  const organisation = organisationOf(batch, id);
  const at = versions.length === 0 ? organisation.kept.closed : Math.max(from, organisation.kept.closed);
  const [first] = batch.draft.range('userEntries', { start: [id, user, at], end: [id, user, AFTER_NAMES], limit: 1 });
  if (first) refoldUsers(batch, organisation, { at: first.key[2] as Instant, class: CLASS.settings, receipt: 0 }, [user]);
}

/** A change as it is kept: settings hold their entitlements in a map. */
export type StoredChange = Omit<ChangeView, 'at' | 'before' | 'after'> & {
  before: Settings | Assignment | null;
  after: Settings | Assignment | null;
};

function noteChange(batch: Batch, id: string, receipt: number, change: StoredChange): void {
  batch.draft.put('changes', [id, batch.now, receipt], change);
}
