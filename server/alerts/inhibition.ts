/** A worse alert about the same thing says it all: while it fires, lesser ones keep their messages back. */
import type { AlertMetric, AlertOp, AlertRule, Severity } from '../../shared/alerts.ts';

/** What a rule warns of. Two rules are about the same thing if they mean the same and are of one licence type. */
export type Meaning = 'scarce' | 'idle' | 'old-session' | 'silent-feed';

/** The less of these there is, the scarcer the licences are. */
const SCARCE_WHEN_LOW: readonly AlertMetric[] = ['concurrentAvailable', 'secondsUntilFull'];

export function meaningOf({ metric, op }: { metric: AlertMetric; op: AlertOp }): Meaning {
  if (metric === 'sessionAge') return 'old-session';
  if (metric === 'feedAge') return 'silent-feed';
  return op.startsWith('<') === SCARCE_WHEN_LOW.includes(metric) ? 'scarce' : 'idle';
}

export interface Inhibitable {
  licenceType: string;
  severity: Severity;
  rule: Pick<AlertRule, 'metric' | 'op'>;
}

/** Whether a firing alert keeps the messages of another back: a critical one those of warnings and news about the same. */
export function inhibits(firing: Inhibitable, other: Inhibitable): boolean {
  return (
    firing.severity === 'critical' &&
    other.severity !== 'critical' &&
    firing.licenceType === other.licenceType &&
    meaningOf(firing.rule) === meaningOf(other.rule)
  );
}
