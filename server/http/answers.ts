/** The shapes of answers, as the API's description has them: what is named is always there but for `optional`, and more may stand beside it. */
import { ALERT_STATES, WEBHOOK_EVENTS, WEBHOOK_FORMATS } from '../../shared/alerts.ts';
import { ANOMALY_KINDS } from '../../shared/events.ts';

type Schema = Record<string, unknown>;

const text: Schema = { type: 'string' };
const number: Schema = { type: 'number' };
const count: Schema = { type: 'integer', minimum: 0 };
const flag: Schema = { type: 'boolean' };
const instant: Schema = { type: 'string', format: 'date-time' };
const oneOf = (values: readonly string[]): Schema => ({ type: 'string', enum: [...values] });
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const list = (items: Schema): Schema => ({ type: 'array', items });
const byName = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
const object = (always: Record<string, Schema>, optional: Record<string, Schema> = {}): Schema => ({
  type: 'object',
  required: Object.keys(always),
  properties: { ...always, ...optional },
});
const items = (item: Schema): Schema => object({ items: list(item) });
const page = (item: Schema): Schema => object({ items: list(item), nextCursor: orNull(text) });

const pool = oneOf(['concurrent', 'contingency', 'over-limit']);
const peak = object({ value: count, at: orNull(instant) });
const value = object({ value: count });
const size = object({ total: orNull(count), used: count, available: orNull(count) });
const level = object({ lowest: count, average: number, highest: count, highestAt: orNull(instant), atEnd: count });
const cell = { type: ['string', 'number', 'null'] };

const licence = object({
  licenceType: text,
  inUse: count,
  holdings: count,
  concurrent: size,
  contingency: { allOf: [size, object({ maxUsed: count, maxUsedAt: orNull(instant) })] },
  overLimit: count,
  peak: object({ day: peak, billingPeriod: peak }),
});
const entitlement = object({ concurrent: count, contingency: count }, { unitPrice: number, contingencyPrice: number });
const organisation = object(
  { organisation: text, name: text, timeZone: text, billingPeriodStartDay: count, entitlements: byName(entitlement) },
  { effectiveFrom: instant, scheduledLogOff: text, staleAfterSeconds: number, defaultLeaseSeconds: number, feedSilentAfterSeconds: number },
);
const user = object({ user: text, serviceFeatures: list(text) }, { name: text, group: text, userType: text, effectiveFrom: instant });
const session = object({
  session: text,
  user: text,
  device: text,
  logonSource: text,
  since: instant,
  lastHeardAt: instant,
  licences: list(object({ licenceType: text, pool, since: instant })),
});
const holder = object({
  user: text,
  userName: orNull(text),
  pool,
  since: instant,
  devices: list(
    object({ device: text, session: text, logonSource: text, since: instant, lastHeardAt: instant, leaseEndsAt: orNull(instant) }),
  ),
  freedBy: text,
});
const record = object({
  seq: count,
  organisation: text,
  usageType: oneOf(['Acquired', 'Released']),
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
  flags: list(text),
});
const anomaly = object({
  at: instant,
  kind: oneOf(ANOMALY_KINDS),
  user: orNull(text),
  device: orNull(text),
  logonSource: orNull(text),
  eventId: orNull(text),
});
const bucket = object({
  start: instant,
  end: instant,
  licenceType: text,
  inUse: level,
  concurrent: level,
  contingency: level,
  overLimit: level,
  provisional: flag,
  complete: flag,
});
const receipt = object({
  at: orNull(instant),
  value: count,
  heldForSeconds: number,
  tippedBy: orNull(object({ user: text, device: text, eventId: orNull(text) })),
  holders: list(object({ user: text, since: instant, devices: list(text) })),
});
const billLicence = object({
  licenceType: text,
  highWaterMark: object({ instant: peak, 'sustained:30m': value, 'steady:15m': value, 'sample:5m': value, p95: value }),
  contingencyMaxUsed: peak,
  secondsAtOrAbove: list(object({ level: count, seconds: number })),
  receipt,
});
const source = object({
  id: text,
  name: text,
  fields: list(object({ id: text, name: text, meaning: text, type: text, filter: flag, dimension: flag }, { values: list(text) })),
  metrics: list(object({ id: text, name: text })),
  dimensions: list(object({ id: text, name: text })),
});
const rule = object(
  {
    id: text,
    name: text,
    licenceType: text,
    metric: text,
    op: oneOf(['>=', '>', '<=', '<']),
    threshold: number,
    forSeconds: number,
    keepFiringForSeconds: number,
    severity: oneOf(['info', 'warning', 'critical']),
    annotations: byName(text),
  },
  { clearThreshold: number, problem: text },
);
const alert = object(
  {
    id: text,
    rule: text,
    licenceType: text,
    state: oneOf(ALERT_STATES),
    severity: text,
    value: orNull(number),
    threshold: number,
    startsAt: instant,
    endsAt: orNull(instant),
  },
  { acknowledgedBy: text, acknowledgedAt: instant, note: text, silencedBy: text, mutedBy: text, inhibitedBy: text },
);
const silence = object({ id: text, matchers: byName(text), startsAt: instant, endsAt: instant, by: text, note: text });
const webhook = object(
  { id: text, url: text, format: oneOf(WEBHOOK_FORMATS), events: list(oneOf(WEBHOOK_EVENTS)), enabled: flag },
  { secret: { ...text, description: 'One that was made; shown this once' }, disabledReason: text },
);
const delivery = object({
  id: text,
  webhookId: text,
  type: text,
  status: oneOf(['pending', 'delivered', 'failed']),
  attempts: list(object({ at: instant }, { status: count, error: text })),
  nextAttemptAt: orNull(instant),
});
const lines = list(object({ line: count, reason: text }));

export const ANSWERS = {
  ingest: object({
    epoch: text,
    seq: count,
    results: list(object({ index: count, status: oneOf(['recorded', 'duplicate', 'ignored']), records: list(count) }, { reason: text })),
  }),
  organisation,
  organisations: items(organisation),
  user,
  users: page(user),
  usage: object({
    organisation: text,
    epoch: text,
    seq: count,
    asOf: instant,
    completeness: oneOf(['live', 'stale']),
    users: count,
    sessions: count,
    anomalies: count,
    recomputingFrom: orNull(instant),
    licences: list(licence),
  }),
  sessions: page(session),
  holders: items(holder),
  records: page(record),
  anomalies: page(anomaly),
  catalogue: object({
    licenceTypes: list(object({ name: text, grantedBy: orNull(byName(text)) })),
    logonSources: list(object({ name: text, family: text, acquires: flag, releases: flag })),
    interfaces: list(object({ family: text, carries: list(text) })),
  }),
  import: object({
    rows: count,
    recorded: count,
    normalised: list(object({ line: count, column: text, from: text, to: text })),
    unpaired: lines,
    refused: lines,
    duplicates: count,
  }),
  history: items(bucket),
  dataSources: object({ dataSources: list(source) }),
  report: object({
    columns: list(object({ id: text, name: text, kind: oneOf(['dimension', 'metric']) })),
    rows: list(list(cell)),
    totals: byName(cell),
  }),
  bill: object({ period: text, start: instant, end: instant, timeZone: text, provisional: flag, licences: list(billLicence) }),
  alertRule: rule,
  alertRules: items(rule),
  alert,
  alerts: items(alert),
  silence,
  silences: items(silence),
  webhook,
  webhooks: items(webhook),
  delivery,
  deliveries: page(delivery),
} satisfies Record<string, Schema>;
