import { type AlertRule, type AlertRuleView, EVERY_TYPE } from '../../shared/alerts.ts';

const rule = (id: string, given: Pick<AlertRule, 'name' | 'metric' | 'threshold' | 'severity'> & Partial<AlertRule>): AlertRuleView => ({
  id,
  licenceType: EVERY_TYPE,
  op: '>=',
  forSeconds: 0,
  keepFiringForSeconds: 0,
  annotations: {},
  ...given,
});

/**
 * Rules that make sense for every organisation. They are an offer: nothing is in force until somebody asks for it
 * (docs/decisions, default alert rules).
 */
export const DEFAULT_RULES: readonly AlertRuleView[] = [
  rule('utilisation-80', {
    name: '80 % of the licences are in use',
    metric: 'utilisation',
    threshold: 0.8,
    clearThreshold: 0.78,
    severity: 'info',
    forSeconds: 60,
    keepFiringForSeconds: 300,
  }),
  rule('utilisation-90', {
    name: '90 % of the licences are in use',
    metric: 'utilisation',
    threshold: 0.9,
    clearThreshold: 0.88,
    severity: 'warning',
    forSeconds: 30,
    keepFiringForSeconds: 300,
  }),
  rule('utilisation-100', {
    name: 'All licences are in use: the next login costs money',
    metric: 'utilisation',
    threshold: 1,
    clearThreshold: 0.99,
    severity: 'critical',
    keepFiringForSeconds: 300,
  }),
  rule('contingency-entered', {
    name: 'Contingency (overflow) is in use',
    metric: 'contingencyUsed',
    threshold: 1,
    severity: 'warning',
    keepFiringForSeconds: 60,
  }),
  rule('over-limit', {
    name: 'More are in use than both pools hold',
    metric: 'overLimit',
    threshold: 1,
    severity: 'critical',
    keepFiringForSeconds: 60,
  }),
  rule('full-soon', {
    name: 'A pool is full within ten minutes at this rate',
    metric: 'secondsUntilFull',
    op: '<=',
    threshold: 600,
    clearThreshold: 900,
    severity: 'warning',
    forSeconds: 60,
    keepFiringForSeconds: 300,
  }),
  rule('new-mark-likely', {
    name: 'A new high-water mark is likely today',
    metric: 'billingPeriodPeakRiseExpected',
    op: '>',
    threshold: 0,
    severity: 'info',
    forSeconds: 600,
    keepFiringForSeconds: 1_800,
  }),
  rule('session-left-behind', {
    name: 'A session has been open for more than 16 hours',
    metric: 'sessionAge',
    threshold: 57_600,
    severity: 'info',
  }),
];
