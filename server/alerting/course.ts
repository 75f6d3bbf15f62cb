/** What one step of an alert's course leaves behind: its row, its place in the history, and who is to hear of it. */
import type { AlertRule, AlertTransitionView } from '../../shared/alerts.ts';
import { formatInstant } from '../../shared/time.ts';
import type { LicenceRow } from '../../shared/views.ts';
import type { Course, Step } from '../alerts/evaluate.ts';
import { INACTIVE } from '../alerts/evaluate.ts';
import type { Expected } from '../alerts/wording.ts';
import { type Batch, nextSeq } from '../books/batch.ts';
import { type Alert, type Alerting, alertKey, type Watched } from './watched.ts';

/** Steps are kept for thirteen months. */
const HISTORY_MS = 400 * 86_400_000;

export const courseOf = (watched: Watched, rule: string, licenceType: string): Course =>
  watched.alerts.get(alertKey(rule, licenceType))?.course ?? INACTIVE;

export interface Stepped {
  id: string;
  rule: AlertRule;
  licenceType: string;
  step: Step;
  value: number | null;
  expected?: Expected | null;
  row: LicenceRow | undefined;
}

export function takeStep(batch: Batch, alerting: Alerting, watched: Watched, stepped: Stepped): void {
  const { id, rule, licenceType, step, value, expected = null } = stepped;
  const key = alertKey(id, licenceType);
  const known = watched.alerts.get(key);
  const { course, transition } = step;
  if (!transition) {
    if (!known) return;
    // Only what a restart must know is written; the value is looked at anew then.
    const moved = known.course.since !== course.since || known.course.clearSince !== course.clearSince;
    const over = course.state === 'resolved';
    const next: Alert = { ...known, course, ...(!over && { value, expected, of: rule }) };
    watched.alerts.set(key, next);
    if (moved) writeAlert(batch, watched, next);
    return;
  }
  const seq = nextSeq(batch);
  const begins = !known || transition.from === 'inactive' || transition.from === 'resolved';
  const fresh: Alert = {
    id: `alert-${seq}`,
    rule: id,
    licenceType,
    course,
    seq,
    reason: '',
    value,
    expected,
    of: rule,
    told: [],
    unknownTo: [],
    held: false,
    acknowledged: null,
  };
  const alert: Alert = { ...(begins ? fresh : known), course, seq, value, expected, of: rule, reason: transition.reason };
  const { from, to, reason } = transition;
  const history: AlertTransitionView = {
    seq,
    at: formatInstant(batch.now),
    alert: alert.id,
    rule: id,
    licenceType,
    from,
    to,
    value,
    reason,
  };
  batch.draft.put('alertHistory', [watched.id, seq], history);
  forgetOld(batch, watched);
  if (course.state === 'inactive') {
    watched.alerts.delete(key);
    batch.draft.remove('alerts', [watched.id, id, licenceType]);
    alerting.withdrawn.push({ organisation: watched.id, alert });
  } else {
    watched.alerts.set(key, alert);
    writeAlert(batch, watched, alert);
    watched.stepped.push({ alert, row: stepped.row });
  }
}

/** Each new step lets a few of the oldest go. */
function forgetOld(batch: Batch, watched: Watched): void {
  const range = { start: [watched.id], end: [watched.id, Number.POSITIVE_INFINITY], limit: 2 };
  const before = formatInstant(batch.now - HISTORY_MS);
  for (const { key, value } of [...batch.draft.range<AlertTransitionView>('alertHistory', range)]) {
    if (value.at < before) batch.draft.remove('alertHistory', key);
  }
}

export function writeAlert(batch: Batch, watched: Watched, alert: Alert): void {
  batch.draft.put('alerts', [watched.id, alert.rule, alert.licenceType], alert);
}
