/** What administrators say: settings of organisations and assignments of users, each change a version with its receipt. */
import type { Assignment, OrganisationSettings } from '../../shared/organisation.ts';
import { parseInstant } from '../../shared/time.ts';
import { createCalendar } from '../licensing/calendar.ts';
import { addVersion, lastReceived, type Version } from '../licensing/versions.ts';
import { type Batch, nextReceipt, organisationOf, touch } from './batch.ts';
import { type Organisation, type Settings, scheduleTimers, typeState } from './organisation.ts';

export function putOrganisation(batch: Batch, id: string, settings: OrganisationSettings): void {
  const organisation = organisationOf(batch, id);
  const value: Settings = { ...settings, entitlements: new Map(Object.entries(settings.entitlements)) };
  const from = (settings.effectiveFrom === undefined ? null : parseInstant(settings.effectiveFrom)) ?? batch.now;
  const before = lastReceived(organisation.versions);
  organisation.versions = addVersion(organisation.versions, { from, receipt: nextReceipt(batch), value });
  batch.draft.put('organisations', [id], organisation.versions);
  if (before?.timeZone !== value.timeZone || before.billingPeriodStartDay !== value.billingPeriodStartDay)
    changeCalendar(organisation, value);
  scheduleTimers(organisation);
  const types = touch(batch, organisation);
  for (const type of value.entitlements.keys()) typeState(organisation, type);
  for (const type of organisation.types.keys()) types.add(type);
}

/** Days and periods begin at other instants: the marks are found anew. */
function changeCalendar(organisation: Organisation, { timeZone, billingPeriodStartDay }: Settings): void {
  organisation.calendar = createCalendar(timeZone, billingPeriodStartDay);
  organisation.nextRoll = Number.NEGATIVE_INFINITY;
}

export function putUsers(batch: Batch, id: string, users: { user: string; assignment: Assignment }[]): void {
  for (const { user, assignment } of users) addAssignment(batch, id, user, assignment);
  touch(batch, organisationOf(batch, id));
}

/** Whether there was such a user. */
export function deleteUser(batch: Batch, id: string, user: string): boolean {
  const versions = batch.draft.get<Version<Assignment | null>[]>('users', [id, user]);
  if (!versions || lastReceived(versions) === null) return false;
  addAssignment(batch, id, user, null);
  return true;
}

function addAssignment(batch: Batch, id: string, user: string, value: Assignment | null): void {
  const versions = batch.draft.get<Version<Assignment | null>[]>('users', [id, user]) ?? [];
  batch.draft.put('users', [id, user], addVersion(versions, { from: batch.now, receipt: nextReceipt(batch), value }));
}
