import { type AlertRuleView, EVERY_TYPE } from '../../shared/alerts.ts';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { countOf, formatCount } from './number.ts';

export interface AlertFacts {
  /** `null` before the first numbers. */
  alerts: readonly Pick<LiveAlert, 'state' | 'severity'>[] | null;
  /** `null`: not known. */
  rules: readonly Pick<AlertRuleView, 'licenceType'>[] | null;
  /** Licence types with a row. */
  types: number;
  isOld: boolean;
  feedSilent: boolean;
}

export interface AlertSummary {
  kind: 'starting' | 'firing' | 'unknown' | 'pending' | 'clear' | 'no-rules';
  words: string;
  more?: string;
}

/** Of several that fire: how many of them are critical. */
function howBad(firing: number, critical: number): string {
  if (firing < 2 || critical === 0) return '';
  return ` (${critical === firing ? 'all' : formatCount(critical)} critical)`;
}

/** One line on all alerts. Silence of the feed, and numbers that went old, are never an all-clear. */
export function alertSummary({ alerts, rules, types, isOld, feedSilent }: AlertFacts): AlertSummary {
  if (alerts === null) return { kind: 'starting', words: 'Fetching the alerts …' };
  const count = (state: LiveAlert['state']) => alerts.filter((alert) => alert.state === state).length;
  const [firing, unknown, pending] = [count('firing'), count('unknown'), count('pending')];
  const critical = alerts.filter(({ state, severity }) => state === 'firing' && severity === 'critical').length;
  const counts = [
    firing > 0 ? `${formatCount(firing)} firing${howBad(firing, critical)}` : '',
    unknown > 0 ? `${formatCount(unknown)} unknown` : '',
    pending > 0 ? `${formatCount(pending)} pending` : '',
  ].filter(Boolean);
  if (isOld) return { kind: 'unknown', words: 'Not known', more: `When last heard: ${counts.join(', ') || 'nothing was firing'}` };
  if (firing > 0) return { kind: 'firing', words: counts.join(', ') };
  if (feedSilent || unknown > 0) {
    return { kind: 'unknown', words: `Not known: the feed is silent`, more: counts.join(', ') || 'Nothing was firing when it fell silent' };
  }
  if (pending > 0) return { kind: 'pending', words: counts.join(', '), more: 'Nothing is firing' };
  if (rules === null) return { kind: 'clear', words: 'Nothing is firing' };
  if (rules.length === 0) return { kind: 'no-rules', words: 'No alert rule is in force', more: 'Nothing would warn you' };
  const named = new Set(rules.map((rule) => rule.licenceType));
  const watched = named.has(EVERY_TYPE) ? Math.max(types, named.size - 1) : named.size;
  return {
    kind: 'clear',
    words: 'Nothing is firing',
    more: `${countOf(rules.length, 'rule')} ${rules.length === 1 ? 'watches' : 'watch'} ${countOf(watched, 'licence type')}`,
  };
}
