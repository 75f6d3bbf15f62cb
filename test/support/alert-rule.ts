import type { AlertRule } from '../../shared/alerts.ts';

/** A rule about two users of licence type `A`, but for what is given. */
export const alertRule = (given: Partial<AlertRule> = {}): AlertRule => ({
  name: 'full',
  licenceType: 'A',
  metric: 'inUse',
  op: '>=',
  threshold: 2,
  forSeconds: 0,
  keepFiringForSeconds: 0,
  severity: 'warning',
  annotations: {},
  ...given,
});
