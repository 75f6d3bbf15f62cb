import type { Catalogue, Interface, LicenceType, LogonSource } from '../../../shared/catalogue.ts';
import { POOLS } from '../../../shared/events.ts';
import type { ForecastRow, ForecastView } from '../../../shared/forecast.ts';
import type { HolderView, LicenceRow, Peak, SessionView, UsageView } from '../../../shared/views.ts';
import { byName, count, flag, instant, items, list, number, object, oneOf, orNull, page, text } from './schema.ts';

export const pool = oneOf(POOLS);
export const peak = object<Peak>({ value: count, at: orNull(instant) });

const size = { total: orNull(count), used: count, available: orNull(count) };
const licence = object<LicenceRow>({
  licenceType: text,
  inUse: count,
  holdings: count,
  concurrent: object<LicenceRow['concurrent']>(size),
  contingency: object<LicenceRow['contingency']>({ ...size, maxUsed: count, maxUsedAt: orNull(instant) }),
  overLimit: count,
  peak: object<LicenceRow['peak']>({ day: peak, billingPeriod: peak }),
});
const session = object<SessionView>({
  session: text,
  user: text,
  device: text,
  logonSource: text,
  since: instant,
  lastHeardAt: instant,
  licences: list(object<SessionView['licences'][number]>({ licenceType: text, pool, since: instant })),
});
const holder = object<HolderView>({
  user: text,
  userName: orNull(text),
  pool,
  since: instant,
  devices: list(
    object<HolderView['devices'][number]>({
      device: text,
      session: text,
      logonSource: text,
      since: instant,
      lastHeardAt: instant,
      leaseEndsAt: orNull(instant),
    }),
  ),
  freedBy: text,
});
const forecast = object<ForecastRow>({
  licenceType: text,
  inUse: count,
  ratePerMinute: number,
  fullInSeconds: orNull(number),
  fullAt: orNull(instant),
  fullPool: orNull(oneOf(['concurrent', 'contingency'])),
  expectedPeakToday: orNull(
    object<NonNullable<ForecastRow['expectedPeakToday']>>({ value: number, at: instant, low: number, high: number }),
  ),
  newHighWaterMark: orNull(object<NonNullable<ForecastRow['newHighWaterMark']>>({ likely: flag, at: orNull(instant), mark: count })),
  basedOnWeeks: count,
  backtest: orNull(
    object<NonNullable<ForecastRow['backtest']>>({ days: count, meanAbsoluteError: number, meanAbsoluteErrorMinutes: number }),
  ),
});

export const LIVE_SHAPES = {
  usage: object<UsageView>({
    organisation: text,
    epoch: text,
    seq: count,
    asOf: instant,
    completeness: oneOf(['live', 'stale']),
    lastEventAt: orNull(instant),
    users: count,
    sessions: count,
    anomalies: count,
    recomputingFrom: orNull(instant),
    licences: list(licence),
  }),
  sessions: page(session),
  holders: items(holder),
  levels: items(
    object<{ licenceType: string; at: string[]; inUse: number[] }>({ licenceType: text, at: list(instant), inUse: list(count) }),
  ),
  forecast: object<ForecastView>({ items: list(forecast), asOf: instant }),
  catalogue: object<Catalogue>({
    licenceTypes: list(object<LicenceType>({ name: text, grantedBy: orNull(byName(text)) })),
    logonSources: list(object<LogonSource>({ name: text, family: text, acquires: flag, releases: flag })),
    interfaces: list(object<Interface>({ family: text, carries: list(text) })),
  }),
};
