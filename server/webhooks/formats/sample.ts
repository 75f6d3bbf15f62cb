/** A message of each type as it might be: what a preview shows, and what a template is tried on. */
import type { WebhookEventType } from '../../../shared/alerts.ts';
import { formatInstant, type Instant } from '../../../shared/time.ts';
import type { Delivery } from '../outbox.ts';

export interface Sampled {
  type: WebhookEventType;
  organisation: string;
  /** Default: plain ones. Others are for whoever wants to see what names and texts can do. */
  licenceType?: string;
  text?: string;
  now: Instant;
}

export function sampleDelivery({ type, organisation, licenceType = 'Agent Calls', text, now }: Sampled): Delivery {
  return {
    id: 'msg_0f8fad5b-d9cb-469f-a165-70867728950e_42',
    n: 42,
    organisation,
    webhook: 'preview',
    type,
    about: type.startsWith('alert.') ? `alert nearly-full\u0000${licenceType}` : `${type} ${licenceType}`,
    at: now,
    data: { organisation, ...dataOf(type, licenceType, text, now) },
    status: 'pending',
    attempts: [],
    tries: 0,
    nextAttemptAt: now,
  };
}

const LEVELS = {
  inUse: 190,
  concurrent: { total: 200, used: 190, available: 10 },
  contingency: { total: 20, used: 0, available: 20, maxUsed: 0, maxUsedAt: null },
  overLimit: 0,
};

function dataOf(type: WebhookEventType, licenceType: string, text: string | undefined, now: Instant): Record<string, unknown> {
  const at = formatInstant(now);
  const levels = { ...LEVELS, billingPeriodPeak: { value: 190, at } };
  switch (type) {
    case 'alert.firing':
      return { ...alertOf(licenceType, 'firing', text, now), ...levels };
    case 'alert.resolved':
      return { ...alertOf(licenceType, 'resolved', text, now), endsAt: at, ...levels };
    case 'alert.unknown':
      return { ...alertOf(licenceType, 'unknown', text, now), ...levels };
    case 'peak.new':
      return { licenceType, period: '2026-11', value: 190, at, previous: 188, ...levels };
    case 'contingency.entered':
    case 'contingency.left':
      return { licenceType, ...levels };
    case 'feed.silent':
    case 'feed.recovered':
      return { lastEventAt: at, feedSilentAfterSeconds: 600 };
    case 'billing-period.closed':
      return {
        period: '2026-10',
        start: formatInstant(now - 31 * 86_400_000),
        end: at,
        licences: [{ licenceType, highWaterMark: { value: 190, at }, contingencyMaxUsed: { value: 0, at: null } }],
      };
    case 'report.ready':
      return {
        report: 'monthly',
        name: text ?? 'Monthly report',
        run: 1,
        dueAt: at,
        from: formatInstant(now - 86_400_000),
        to: at,
        columns: [
          { id: 'licenceType', name: 'Licence type', kind: 'dimension' },
          { id: 'highestConcurrent', name: 'Highest concurrent licences', kind: 'metric' },
        ],
        totals: { highestConcurrent: 190 },
        rows: [[licenceType, 190]],
        rowCount: 1,
        file: '/api/v1/organisations/129/saved-reports/monthly/runs/1',
      };
    case 'webhook.test':
      return { webhook: 'preview', message: 'This is a test: messages of Highwater arrive here.', at };
  }
}

const alertOf = (licenceType: string, state: string, text: string | undefined, now: Instant) => ({
  id: 'alert-17',
  rule: 'nearly-full',
  name: text ?? 'Nearly full',
  licenceType,
  metric: 'utilisation',
  op: '>=',
  threshold: 0.95,
  severity: 'warning',
  state,
  value: 0.95,
  startsAt: formatInstant(now - 120_000),
  endsAt: null,
  seq: 4711,
  reason: 'utilisation is 0.95 (>= 0.95)',
  summary: `${licenceType}: 95 % of the concurrent licences in use (limit: 95 % or more).`,
  annotations: { runbook: text ?? 'Ask team leads to end idle sessions' },
});
