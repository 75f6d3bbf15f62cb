import { ANOMALY_KINDS, type EventResult, type IngestAnswer, USAGE_TYPES } from '../../../shared/events.ts';
import type { ImportReport, LineReason, NormalisedField } from '../../../shared/import.ts';
import type { Entitlement, OrganisationView, UserView } from '../../../shared/organisation.ts';
import type { AnomalyView, ChainView, ChangeView, RecordView } from '../../../shared/views.ts';
import { pool } from './live-shapes.ts';
import { anything, byName, count, flag, instant, items, list, number, object, oneOf, orNull, page, text } from './schema.ts';

export const sizes = { concurrent: count, contingency: count };
export const prices = { unitPrice: number, contingencyPrice: number };
const entitlement = object<Entitlement>(sizes, prices);
const organisation = object<OrganisationView>(
  { organisation: text, name: text, timeZone: text, billingPeriodStartDay: count, entitlements: byName(entitlement) },
  { effectiveFrom: instant, scheduledLogOff: text, staleAfterSeconds: number, defaultLeaseSeconds: number, feedSilentAfterSeconds: number },
);
const user = object<UserView>({ user: text, serviceFeatures: list(text) }, { name: text, group: text, userType: text });
const record = object<RecordView>({
  seq: count,
  organisation: text,
  usageType: oneOf(USAGE_TYPES),
  loggedAt: instant,
  receivedAt: instant,
  licenceType: text,
  user: text,
  userName: orNull(text),
  group: orNull(text),
  userType: orNull(text),
  logonSource: text,
  device: text,
  session: text,
  pool,
  inUse: count,
  heldSeconds: orNull(number),
  eventId: orNull(text),
  flags: list(oneOf(['unknown-logon-source', 'unknown-licence-type', 'clock-ahead', 'late', 'superseded'] satisfies RecordView['flags'])),
});
const anomaly = object<AnomalyView>({
  at: instant,
  kind: oneOf(ANOMALY_KINDS),
  user: orNull(text),
  device: orNull(text),
  logonSource: orNull(text),
  eventId: orNull(text),
});
const change = object<ChangeView>({
  at: instant,
  by: orNull(text),
  kind: oneOf(['organisation', 'user']),
  user: orNull(text),
  before: anything,
  after: anything,
});
export const refusedLines = list(object<LineReason>({ line: count, reason: text }));
export const normalisedLines = list(object<NormalisedField>({ line: count, column: text, from: text, to: text }));

export const RECORD_SHAPES = {
  ingest: object<IngestAnswer>({
    epoch: text,
    seq: count,
    results: list(
      object<EventResult>(
        { index: count, status: oneOf(['recorded', 'duplicate', 'ignored']), records: list(count) },
        { reason: oneOf(['no_open_session', 'nothing_to_acquire', 'older_than_kept']), recomputing: flag },
      ),
    ),
  }),
  organisation,
  organisations: items(organisation),
  entitlements: byName(entitlement),
  user,
  users: page(user),
  usersPut: object<{ users: number }>({ users: count }),
  records: page(record),
  anomalies: page(anomaly),
  changes: page(change),
  chain: object<ChainView>({
    epoch: text,
    seq: orNull(count),
    hash: orNull(text),
    count,
    oldestAt: orNull(instant),
    newestAt: orNull(instant),
  }),
  import: object<ImportReport>(
    { rows: count, recorded: count, normalised: normalisedLines, unpaired: refusedLines, refused: refusedLines, duplicates: count },
    { truncated: object<NonNullable<ImportReport['truncated']>>({ normalised: count, unpaired: count, refused: count }) },
  ),
};
