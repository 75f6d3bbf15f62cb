/** What a message about several alerts says: each of them, and before that the whole in the words of one. */
import { SEVERITIES, type Severity } from '../../shared/alerts.ts';
import type { News } from './messages.ts';

type Data = Record<string, unknown>;

const MOST_SENTENCES = 5;
const RANK = { firing: 2, unknown: 1 } as Record<string, number>;

/** Of one alert alone it says what a message about that one says. */
export function groupData(organisation: string, key: string, alerts: readonly Data[], repeat: number): Omit<News, 'about'> {
  const sorted = [...alerts].sort((a, b) => rankOf(b) - rankOf(a) || severityOf(b) - severityOf(a));
  const [worst = {}] = sorted;
  const type = ({ firing: 'alert.firing', unknown: 'alert.unknown' } as const)[String(worst['state'])] ?? 'alert.resolved';
  const whole = sorted.length === 1 ? worst : together(sorted, worst);
  const group = Object.fromEntries(JSON.parse(key) as [string, string][]);
  return { type, data: { ...whole, organisation, ...(repeat > 0 && { repeat }), group, alerts: sorted } };
}

const rankOf = ({ state }: Data): number => RANK[String(state)] ?? 0;
const severityOf = ({ severity }: Data): number => SEVERITIES.indexOf(severity as Severity);

/** State, severity and rule are those of the worst. */
function together(alerts: readonly Data[], worst: Data): Data {
  const shared = (key: string): unknown => (alerts.every((one) => one[key] === worst[key]) ? worst[key] : null);
  const sentences = alerts.slice(0, MOST_SENTENCES).map(({ summary }) => String(summary));
  if (alerts.length > sentences.length) sentences.push(`And ${alerts.length - sentences.length} more.`);
  const starts = alerts.map(({ startsAt }) => String(startsAt)).sort();
  const ends = alerts.map(({ endsAt }) => endsAt as string | null);
  return {
    id: worst['id'],
    rule: worst['rule'],
    name: shared('name') ?? `${alerts.length} alerts`,
    licenceType: shared('licenceType') ?? `${new Set(alerts.map(({ licenceType }) => licenceType)).size} licence types`,
    severity: worst['severity'],
    state: worst['state'],
    value: shared('value'),
    threshold: shared('threshold'),
    op: shared('op'),
    startsAt: starts[0],
    endsAt: ends.includes(null) ? null : ends.sort().at(-1),
    reason: sentences.join(' '),
    summary: sentences.join(' '),
    annotations: {},
  };
}
