/** A statement is made of a bill and what it was worked out under; two are compared figure by figure. */
import { createHash, type Hash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate, inflateSync } from 'node:zlib';
import { BILLING_RULE_MEANINGS, BILLING_RULES, type Bill, type BillLicence } from '../../shared/bill.ts';
import { canonicalJson, canonicalPieces } from '../../shared/canonical-json.ts';
import type { Entitlement } from '../../shared/organisation.ts';
import type { StatementContent, StatementDifference, StatementSettings } from '../../shared/statements.ts';
import type { BillingPeriod } from '../licensing/calendar.ts';
import { lastReceived } from '../licensing/versions.ts';
import type { ReportScope } from '../reports/scope.ts';
import { Turns } from '../reports/turns.ts';
import { createEffort, runInPieces } from '../reports/work.ts';

/** What a statement is about: a bill, and what it was worked out under. */
export interface Figures {
  bill: Bill;
  settings: StatementSettings;
}

export function settingsAtEnd({ timeZone, versions, entitlementsAt }: ReportScope, { end }: BillingPeriod): StatementSettings {
  return {
    timeZone,
    billingPeriodStartDay: lastReceived(versions)?.billingPeriodStartDay ?? 1,
    entitlements: [...entitlementsAt(end - 1)]
      .map(([licenceType, entitlement]: [string, Entitlement]) => ({ licenceType, ...entitlement }))
      .sort((a, b) => (a.licenceType < b.licenceType ? -1 : 1)),
    billingRules: BILLING_RULE_MEANINGS,
  };
}

/** The canonical JSON of a value with its SHA-256, made in pieces: a bill may list a great many people. */
export async function sealed(value: object): Promise<{ hash: string; text: string[] }> {
  const hash = createHash('sha256');
  return { text: await runInPieces(gather(value, hash), new Turns()), hash: hash.digest('hex') };
}

function* gather(value: object, hash: Hash): Generator<void, string[], void> {
  const text: string[] = [];
  const effort = createEffort();
  for (const piece of canonicalPieces(value)) {
    hash.update(piece);
    text.push(piece);
    effort.spend(1 + piece.length / 256);
    if (effort.tired()) yield;
  }
  return text;
}

const deflated = promisify(deflate);

/** A statement as it is kept. */
export async function seal(content: StatementContent): Promise<{ hash: string; body: Uint8Array }> {
  const { hash, text } = await sealed(content);
  return { hash, body: await deflated(Buffer.from(text.join(''))) };
}

/** The canonical JSON of a statement that was kept. */
export const openStatement = (body: Uint8Array): string => inflateSync(body).toString();

export function differencesOf(before: Figures, after: Figures): StatementDifference[] {
  const differences: StatementDifference[] = [];
  const compare = (licenceType: string | null, figure: StatementDifference['figure'], from: unknown, to: unknown): void => {
    if (from === to) return;
    differences.push({ licenceType, figure, from: (from ?? null) as string | null, to: (to ?? null) as string | null });
  };
  const told = (licenceType: string | null, figure: StatementDifference['figure'], from: unknown, to: unknown): void => {
    if (canonicalJson(from ?? null) !== canonicalJson(to ?? null)) differences.push({ licenceType, figure, from: null, to: null });
  };
  for (const figure of ['start', 'end', 'complete'] as const) compare(null, figure, before.bill[figure], after.bill[figure]);
  told(null, 'settings', before.settings, after.settings);
  const [then, now] = [byType(before.bill), byType(after.bill)];
  for (const type of new Set([...then.keys(), ...now.keys()])) {
    const [a, b] = [then.get(type), now.get(type)];
    if (isNothing(a) && isNothing(b)) continue;
    for (const rule of BILLING_RULES) compare(type, rule, a?.highWaterMark[rule].value ?? 0, b?.highWaterMark[rule].value ?? 0);
    compare(type, 'contingencyMaxUsed', a?.contingencyMaxUsed.value ?? 0, b?.contingencyMaxUsed.value ?? 0);
    compare(type, 'price', a?.price?.total ?? null, b?.price?.total ?? null);
    told(type, 'timeAtLevels', a?.secondsAtOrAbove, b?.secondsAtOrAbove);
    told(type, 'receipts', a?.receipts, b?.receipts);
  }
  return differences;
}

/** A type of which nobody was there, and that costs nothing: it has a row once anybody used it, in whatever period. */
const isNothing = (row: BillLicence | undefined): boolean =>
  row === undefined || (row.highWaterMark.instant.value === 0 && !row.price?.total);

const byType = (bill: Bill): Map<string, BillLicence> => new Map(bill.licences.map((row) => [row.licenceType, row]));
