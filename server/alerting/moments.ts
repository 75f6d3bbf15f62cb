/** News beside alerts: a new mark, overflow entered or left, a feed that falls silent, a billing period that is over. */
import { formatInstant, type Instant, millisOf } from '../../shared/time.ts';
import type { LicenceRow } from '../../shared/views.ts';
import type { Batch } from '../books/batch.ts';
import { type Organisation, settingsAt } from '../books/organisation.ts';
import { isAwaited, levelData, queue } from './messages.ts';
import type { Rows } from './values.ts';
import type { Alerting, Feed, PeakNotice, Watched } from './watched.ts';

/** A new mark is told at most so often, for each licence type. */
const PEAK_EVERY_MS = 60_000;

/** The row as it was shown before this batch. */
export type Before = (organisation: string, licenceType: string) => LicenceRow | undefined;

/** When the feed counts as silent if nothing comes, or null where nobody set a time. Highwater's own downtime is nobody's silence. */
export function silentAt(batch: Batch, organisation: Organisation): Instant | null {
  const { feedSilentAfterSeconds } = settingsAt(organisation, batch.now);
  if (feedSilentAfterSeconds === undefined || organisation.lastEventAt === null) return null;
  const heard = Math.max(organisation.lastEventAt, batch.books.downtimes.at(-1)?.until ?? Number.NEGATIVE_INFINITY);
  return heard + millisOf(feedSilentAfterSeconds) + 1;
}

/** Brings what is known of the organisation as a whole up to date. @returns whether the feed fell silent or came back */
export function watchFeed(batch: Batch, alerting: Alerting, watched: Watched, organisation: Organisation, before: Before): boolean {
  const { now } = batch;
  const period = organisation.calendar.billingPeriod(now);
  const old = watched.feed;
  const silentSince = silence(batch, organisation, old);
  const changed = old !== null && (old.silentSince === null) !== (silentSince === null);
  const periodChanged = old === null || old.period.start !== period.start || old.period.end !== period.end;
  if (!changed && !periodChanged) return false;
  const feed: Feed = { silentSince, period: { name: period.name, start: period.start, end: period.end } };
  watched.feed = feed;
  batch.draft.put('feeds', [watched.id], feed);
  if (old && now >= old.period.end) tellPeriods(batch, alerting, watched, organisation, old.period.end, before);
  if (changed) tellFeed(batch, alerting, watched, organisation, silentSince !== null);
  return changed;
}

function silence(batch: Batch, organisation: Organisation, feed: Feed | null): Instant | null {
  const { now } = batch;
  const due = silentAt(batch, organisation);
  if (due === null) return null;
  if (!feed || feed.silentSince === null) return now >= due ? now : null;
  const { feedSilentAfterSeconds = 0 } = settingsAt(organisation, now);
  // Once silent, only an event ends it.
  return now - (organisation.lastEventAt ?? 0) > millisOf(feedSilentAfterSeconds) ? feed.silentSince : null;
}

function tellFeed(batch: Batch, alerting: Alerting, watched: Watched, organisation: Organisation, silent: boolean): void {
  const { lastEventAt } = organisation;
  const { feedSilentAfterSeconds = null } = settingsAt(organisation, batch.now);
  const data = {
    organisation: watched.id,
    lastEventAt: lastEventAt === null ? null : formatInstant(lastEventAt),
    feedSilentAfterSeconds,
  };
  queue(batch, alerting, watched, { type: silent ? 'feed.silent' : 'feed.recovered', about: 'feed', data });
}

/** Every period that is over since one was last told; only of the first are the marks those that were shown last. */
function tellPeriods(
  batch: Batch,
  alerting: Alerting,
  watched: Watched,
  organisation: Organisation,
  firstEnd: Instant,
  before: Before,
): void {
  if (!isAwaited(alerting, watched, 'billing-period.closed')) return;
  for (let end = firstEnd; end <= batch.now; end = organisation.calendar.billingPeriod(end).end) {
    const { name, start } = organisation.calendar.billingPeriod(end - 1);
    const rows = end === firstEnd ? [...organisation.types.keys()].flatMap((type) => before(watched.id, type) ?? []) : [];
    const licences = rows.map(({ licenceType, peak, contingency }) => ({
      licenceType,
      highWaterMark: peak.billingPeriod,
      contingencyMaxUsed: { value: contingency.maxUsed, at: contingency.maxUsedAt },
    }));
    const data = { organisation: watched.id, period: name, start: formatInstant(start), end: formatInstant(end), licences };
    queue(batch, alerting, watched, { type: 'billing-period.closed', about: 'billing period', data });
  }
}

/** What a batch meant for the overflow of one licence type. */
export function watchContingency(
  batch: Batch,
  alerting: Alerting,
  watched: Watched,
  after: LicenceRow,
  before: LicenceRow | undefined,
): void {
  const used = before?.contingency.used ?? 0;
  if (used > 0 === after.contingency.used > 0) return;
  const { licenceType } = after;
  const data = { organisation: watched.id, licenceType, ...levelData(after) };
  const type = used > 0 ? 'contingency.left' : 'contingency.entered';
  queue(batch, alerting, watched, { type, about: `contingency ${licenceType}`, data });
}

/** What it meant for the mark. @param rolled a billing period began in this batch */
export function watchPeak(
  batch: Batch,
  alerting: Alerting,
  watched: Watched,
  organisation: Organisation,
  after: LicenceRow,
  before: LicenceRow | undefined,
  rolled: boolean,
): void {
  if (!isAwaited(alerting, watched, 'peak.new')) return;
  const { licenceType } = after;
  const period = watched.feed?.period.start ?? 0;
  const last = watched.peaks.get(licenceType);
  const carried = organisation.types.get(licenceType)?.usage.period.enter[0] ?? 0;
  // A late event may take a mark back: what was told stays told.
  const told = last?.period === period ? last.told : rolled ? carried : (before?.peak.billingPeriod.value ?? 0);
  if (after.peak.billingPeriod.value <= told) return;
  if (!last || isOver(last, batch.now)) tellPeak(batch, alerting, watched, after, told);
  else if (!last.waiting || last.period !== period) keepPeak(batch, watched, licenceType, { ...last, period, told, waiting: true });
}

const isOver = ({ sentAt }: PeakNotice, now: Instant): boolean => now >= sentAt + PEAK_EVERY_MS || now < sentAt;

/** Tells the marks that had to wait, as they are now. */
export function tellWaitingPeaks(batch: Batch, alerting: Alerting, watched: Watched, rows: Rows): void {
  for (const [licenceType, notice] of watched.peaks) {
    if (!notice.waiting || !isOver(notice, batch.now)) continue;
    const row = rows(licenceType);
    // Of a period that is over, the mark is told with its end.
    const stands = row && notice.period === watched.feed?.period.start && row.peak.billingPeriod.value > notice.told;
    if (stands) tellPeak(batch, alerting, watched, row, notice.told);
    else keepPeak(batch, watched, licenceType, { ...notice, waiting: false });
  }
}

export function peaksDueAt(watched: Watched): Instant {
  let due = Number.POSITIVE_INFINITY;
  for (const { waiting, sentAt } of watched.peaks.values()) if (waiting) due = Math.min(due, sentAt + PEAK_EVERY_MS);
  return due;
}

function tellPeak(batch: Batch, alerting: Alerting, watched: Watched, row: LicenceRow, previous: number): void {
  const { licenceType } = row;
  const { value, at } = row.peak.billingPeriod;
  const period = watched.feed?.period;
  const data = { organisation: watched.id, licenceType, period: period?.name ?? null, value, at, previous, ...levelData(row) };
  queue(batch, alerting, watched, { type: 'peak.new', about: `peak ${licenceType}`, data });
  keepPeak(batch, watched, licenceType, { period: period?.start ?? 0, told: value, sentAt: batch.now, waiting: false });
}

function keepPeak(batch: Batch, watched: Watched, licenceType: string, notice: PeakNotice): void {
  watched.peaks.set(licenceType, notice);
  batch.draft.put('peakNotices', [watched.id, licenceType], notice);
}
