/** Rows as the store holds them, also those that an older version wrote: what was added since has its default. */
import { type AlertRule, EVERY_TYPE } from '../../shared/alerts.ts';
import { INACTIVE } from '../alerts/evaluate.ts';
import type { Alert } from './watched.ts';

type Stored<T, Always extends keyof T> = Partial<T> & Pick<T, Always>;

export const storedRule = (row: Stored<AlertRule, 'metric' | 'threshold'>): AlertRule => ({
  name: '',
  licenceType: EVERY_TYPE,
  op: '>=',
  forSeconds: 0,
  keepFiringForSeconds: 0,
  severity: 'warning',
  ...row,
  annotations: row.annotations ?? {},
});

/** @param row `sent`: receivers that were told, where nobody wrote down when */
export const storedAlert = ({ sent = [], ...row }: Stored<Alert, 'id' | 'rule' | 'licenceType' | 'of'> & { sent?: string[] }): Alert => ({
  seq: 0,
  reason: '',
  value: null,
  expected: null,
  told: sent.map((webhook) => ({ webhook, at: row.course?.firedAt ?? 0, repeats: 0 })),
  unknownTo: [],
  held: false,
  acknowledged: null,
  ...row,
  course: { ...INACTIVE, ...row.course },
  of: storedRule(row.of),
});
