import {
  BILLING_RULES,
  type BillingPeriodView,
  type BillLicence,
  type BillPrice,
  type BillReceipt,
  type HighWaterMark,
  type Holder,
  type PeakView,
  RECEIPT_RULES,
  type Tip,
} from '../../../shared/bill.ts';
import type { Entitlement } from '../../../shared/organisation.ts';
import type {
  BillingPeriodRow,
  BillNow,
  BillStatement,
  Statement,
  StatementDifference,
  StatementRow,
  StatementSettings,
  StatementSummary,
} from '../../../shared/statements.ts';
import {
  type ComparedDay,
  type ComparedType,
  type Comparison,
  DIFFERENCE_CAUSES,
  type FiguresReport,
  type VendorFigure,
} from '../../../shared/vendor-figures.ts';
import { peak } from './live-shapes.ts';
import { normalisedLines, prices, refusedLines, sizes } from './record-shapes.ts';
import { count, flag, instant, items, list, number, object, oneOf, orNull, page, text, under } from './schema.ts';

const value = object<{ value: number }>({ value: count });
const receipt = object<BillReceipt>({
  at: orNull(instant),
  value: count,
  heldForSeconds: number,
  tippedBy: orNull(object<Tip>({ user: text, device: text, eventId: orNull(text) })),
  holders: list(object<Holder>({ user: text, since: instant, devices: list(text) })),
});
const price = object<BillPrice>({
  concurrent: orNull(number),
  contingency: orNull(number),
  total: number,
  concurrentLicences: count,
  contingencyLicences: count,
  unitPrice: orNull(number),
  contingencyPrice: orNull(number),
  entitlementFrom: orNull(instant),
  changedInPeriod: flag,
  byRule: under(BILLING_RULES, orNull(number)),
});
const billLicence = object<BillLicence>(
  {
    licenceType: text,
    highWaterMark: object<HighWaterMark>({ instant: peak, 'sustained:30m': value, 'steady:15m': value, 'sample:5m': value, p95: value }),
    contingencyMaxUsed: peak,
    secondsAtOrAbove: list(object<BillLicence['secondsAtOrAbove'][number]>({ level: count, seconds: number })),
    receipt,
    receipts: under(RECEIPT_RULES, receipt),
  },
  { unitPrice: number, contingencyPrice: number, price },
);
const period = { period: text, start: instant, end: instant, provisional: flag, complete: flag };
const bill = { ...period, organisation: text, timeZone: text, licences: list(billLicence) };

const plain = { type: ['number', 'string', 'boolean', 'null'] };
const differences = list(
  object<StatementDifference>({
    licenceType: orNull(text),
    figure: oneOf([...BILLING_RULES, 'contingencyMaxUsed', 'price', 'timeAtLevels', 'receipts', 'settings', 'start', 'end', 'complete']),
    from: plain,
    to: plain,
  }),
);
const summary = {
  number: count,
  hash: text,
  previousHash: orNull(text),
  closedAt: instant,
  seq: count,
  reason: oneOf(['period-over', 'requested', 'records-changed']),
  by: orNull(text),
};
const settings = object<StatementSettings>({
  timeZone: text,
  billingPeriodStartDay: count,
  entitlements: list(object<Entitlement & { licenceType: string }>({ ...sizes, licenceType: text }, prices)),
  billingRules: under(BILLING_RULES, text),
});

const cause = oneOf(DIFFERENCE_CAUSES);
const ofRules = under(BILLING_RULES, number);
const differs = { difference: orNull(ofRules), cause: orNull(cause), explanation: orNull(text), alsoPossible: list(cause) };
const comparedType = object<ComparedType>({
  ...differs,
  licenceType: text,
  theirs: orNull(number),
  given: orNull(oneOf(['month', 'days'])),
  contingency: object<ComparedType['contingency']>({ theirs: orNull(number), ours: count }),
  daysGiven: count,
  ours: ofRules,
  causes: { type: 'object', properties: Object.fromEntries(DIFFERENCE_CAUSES.map((name) => [name, count])) },
});
const comparedDay = object<ComparedDay>({
  ...differs,
  date: text,
  start: instant,
  end: instant,
  licenceType: text,
  theirs: orNull(number),
  ours: ofRules,
  complete: flag,
});
const kind = oneOf(['day', 'samples', 'month']);

export const BILLING_SHAPES = {
  bill: object<BillNow>({ ...bill, statement: orNull(object<BillStatement>({ ...summary, revisions: count, agrees: flag, differences })) }),
  billingPeriods: items(
    object<BillingPeriodRow>({
      ...period,
      state: oneOf(['running', 'settling', 'closed', 'revised']),
      closesAt: orNull(instant),
      statement: orNull(object<StatementSummary>(summary)),
      changedSince: flag,
    }),
  ),
  peak: object<PeakView>({ licenceType: text, from: instant, to: instant, provisional: flag, complete: flag, receipt }),
  statements: items(object<StatementRow>({ ...summary, period: text })),
  statement: object<Statement>({
    ...summary,
    organisation: text,
    period: text,
    settings,
    differences,
    bill: object<BillingPeriodView & Pick<BillNow, 'organisation' | 'timeZone' | 'licences'>>(bill),
  }),
  closed: object<StatementRow & { written: boolean }>({ ...summary, period: text, written: flag }),
  figuresReport: object<FiguresReport>(
    {
      source: text,
      kind,
      rows: count,
      taken: count,
      added: count,
      changed: count,
      unchanged: count,
      periods: list(text),
      normalised: normalisedLines,
      refused: refusedLines,
    },
    { truncated: object<NonNullable<FiguresReport['truncated']>>({ normalised: count, refused: count }) },
  ),
  figures: page(
    object<VendorFigure>({
      date: text,
      licenceType: text,
      value: number,
      kind,
      contingency: orNull(number),
      rows: count,
      source: text,
      givenAt: instant,
    }),
  ),
  figuresDeleted: object<{ deleted: number }>({ deleted: count }),
  comparison: object<Comparison>({
    organisation: text,
    period: text,
    start: instant,
    end: instant,
    timeZone: text,
    provisional: flag,
    source: orNull(text),
    sources: list(text),
    licences: list(comparedType),
    days: list(comparedDay),
  }),
};
