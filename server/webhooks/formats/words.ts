/** A message in words for people: what chat tools and telephones show. */
import type { Delivery } from '../outbox.ts';

export interface Words {
  title: string;
  /** Name and value, in the order in which they matter. */
  facts: [name: string, value: string][];
  /** How bad it is: good news, to know, to look at, to act on. */
  mood: 'good' | 'info' | 'warning' | 'critical';
}

const text = (value: unknown): string => (value === null || value === undefined ? '–' : String(value));

export function wordsOf({ type, data }: Delivery): Words {
  const organisation: [string, string] = ['Organisation', text(data['organisation'])];
  const licenceType = text(data['licenceType']);
  const levels = levelFacts(data);
  switch (type) {
    case 'alert.firing':
    case 'alert.resolved':
    case 'alert.unknown': {
      const word = { 'alert.firing': 'Firing', 'alert.resolved': 'Resolved', 'alert.unknown': 'Unknown' }[type];
      const mood = type === 'alert.resolved' ? 'good' : (data['severity'] as Words['mood']);
      const facts: Words['facts'] = [
        organisation,
        ['Licence type', licenceType],
        ['Value', `${text(data['value'])} (${text(data['op'])} ${text(data['threshold'])})`],
        ['Reason', text(data['reason'])],
        ['Since', text(data['startsAt'])],
        ...levels,
      ];
      return { title: `${word}: ${text(data['name'])} – ${licenceType}`, facts, mood };
    }
    case 'peak.new': {
      const title = `New high-water mark of the billing period: ${text(data['value'])} ${licenceType}`;
      return { title, facts: [organisation, ['Before', text(data['previous'])], ['At', text(data['at'])], ...levels], mood: 'info' };
    }
    case 'contingency.entered':
      return { title: `Contingency (overflow) is in use: ${licenceType}`, facts: [organisation, ...levels], mood: 'warning' };
    case 'contingency.left':
      return { title: `Contingency (overflow) is no longer in use: ${licenceType}`, facts: [organisation, ...levels], mood: 'good' };
    case 'feed.silent':
      return {
        title: 'No events arrive: the numbers are old',
        facts: [organisation, ['Last event', text(data['lastEventAt'])]],
        mood: 'critical',
      };
    case 'feed.recovered':
      return { title: 'Events arrive again', facts: [organisation, ['Last event', text(data['lastEventAt'])]], mood: 'good' };
    case 'billing-period.closed':
      return { title: `The billing period ${text(data['period'])} is over`, facts: [organisation, ...markFacts(data)], mood: 'info' };
    case 'webhook.test':
      return { title: text(data['message']), facts: [organisation], mood: 'info' };
  }
}

function levelFacts(data: Record<string, unknown>): [string, string][] {
  if (typeof data['inUse'] !== 'number') return [];
  const { concurrent, contingency } = data as Record<string, { total: number | null; used: number }>;
  const of = (pool: { total: number | null; used: number } | undefined) =>
    pool ? `${pool.used}${pool.total === null ? '' : ` of ${pool.total}`}` : '–';
  return [
    ['In use', String(data['inUse'])],
    ['Concurrent', of(concurrent)],
    ['Contingency (overflow)', of(contingency)],
    ['Over limit', text(data['overLimit'])],
  ];
}

function markFacts(data: Record<string, unknown>): [string, string][] {
  const licences = (data['licences'] ?? []) as {
    licenceType: string;
    highWaterMark: { value: number };
    contingencyMaxUsed: { value: number };
  }[];
  return licences
    .filter(({ highWaterMark }) => highWaterMark.value > 0)
    .slice(0, 20)
    .map(({ licenceType, highWaterMark, contingencyMaxUsed }) => [
      licenceType,
      `${highWaterMark.value}${contingencyMaxUsed.value > 0 ? `, contingency ${contingencyMaxUsed.value}` : ''}`,
    ]);
}
