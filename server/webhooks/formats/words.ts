/** A message in words for people: what chat tools and telephones show. */
import type { WebhookEventType } from '../../../shared/alerts.ts';
import type { Delivery } from '../outbox.ts';
import { wellFormed } from './cut.ts';
import { eachAlert } from './each-alert.ts';

export interface Words {
  /** Which way it goes, in one word. */
  word: 'Firing' | 'Resolved' | 'Unknown' | 'Info' | 'Test';
  title: string;
  /** The title without the word. */
  subject: string;
  /** What is the matter, in one sentence. */
  summary: string;
  /** Name and value, in the order in which they matter. */
  facts: [name: string, value: string][];
  /** How bad it is: good news, to know, to look at, to act on. */
  mood: 'good' | 'info' | 'warning' | 'critical';
}

/** What ends something that began with another message. */
export const ENDS: ReadonlySet<WebhookEventType> = new Set(['alert.resolved', 'contingency.left', 'feed.recovered']);

const text = (value: unknown): string => (value === null || value === undefined || value === '' ? '–' : wellFormed(String(value)));

type Plain = Pick<Words, 'word' | 'subject' | 'facts' | 'mood'> & { summary?: string };

export function wordsOf(delivery: Delivery): Words {
  const { summary, ...words } = plainWords(delivery);
  const isAlert = delivery.type.startsWith('alert.');
  const title = isAlert ? `${words.word}: ${words.subject}` : words.subject;
  return { ...words, title, summary: summary ?? title };
}

/** Alerts of one message that are named; the others are counted. */
const NAMED = 20;

function plainWords(delivery: Delivery): Plain {
  const { type, data } = delivery;
  const organisation: [string, string] = ['Organisation', text(data['organisation'])];
  const licenceType = text(data['licenceType']);
  const levels = levelFacts(data);
  switch (type) {
    case 'alert.firing':
    case 'alert.resolved':
    case 'alert.unknown': {
      const word = ({ 'alert.firing': 'Firing', 'alert.resolved': 'Resolved', 'alert.unknown': 'Unknown' } as const)[type];
      const mood = type === 'alert.resolved' ? 'good' : (data['severity'] as Words['mood']);
      const alerts = eachAlert(delivery);
      const facts: Words['facts'] =
        alerts.length > 1
          ? [organisation, ...alertFacts(alerts)]
          : [
              organisation,
              ['Licence type', licenceType],
              ['Value', `${text(data['value'])} (${text(data['op'])} ${text(data['threshold'])})`],
              ['Reason', text(data['reason'])],
              ['Since', text(data['startsAt'])],
              ...levels,
              ...annotationFacts(data),
            ];
      const summary = data['summary'] === undefined ? {} : { summary: text(data['summary']) };
      const reminder = data['repeat'] === undefined ? '' : ` (reminder ${text(data['repeat'])})`;
      return { word, subject: `${text(data['name'])} – ${licenceType}${reminder}`, ...summary, facts, mood };
    }
    case 'peak.new': {
      const subject = `New high-water mark of the billing period: ${text(data['value'])} ${licenceType}`;
      return {
        word: 'Info',
        subject,
        facts: [organisation, ['Before', text(data['previous'])], ['At', text(data['at'])], ...levels],
        mood: 'info',
      };
    }
    case 'contingency.entered':
      return {
        word: 'Firing',
        subject: `Contingency (overflow) is in use: ${licenceType}`,
        facts: [organisation, ...levels],
        mood: 'warning',
      };
    case 'contingency.left':
      return {
        word: 'Resolved',
        subject: `Contingency (overflow) is no longer in use: ${licenceType}`,
        facts: [organisation, ...levels],
        mood: 'good',
      };
    case 'feed.silent':
      return {
        word: 'Firing',
        subject: 'No events arrive: the numbers are old',
        facts: [organisation, ['Last event', text(data['lastEventAt'])]],
        mood: 'critical',
      };
    case 'feed.recovered':
      return {
        word: 'Resolved',
        subject: 'Events arrive again',
        facts: [organisation, ['Last event', text(data['lastEventAt'])]],
        mood: 'good',
      };
    case 'billing-period.closed':
      return {
        word: 'Info',
        subject: `The billing period ${text(data['period'])} is over`,
        facts: [organisation, ...markFacts(data)],
        mood: 'info',
      };
    case 'report.ready':
      return {
        word: 'Info',
        subject: `The report ${text(data['name'])} is ready`,
        facts: [
          organisation,
          ['From', text(data['from'])],
          ['To', text(data['to'])],
          ['Rows', text(data['rowCount'])],
          ['File', text(data['file'])],
        ],
        mood: 'info',
      };
    case 'webhook.test':
      return { word: 'Test', subject: text(data['message']), facts: [organisation], mood: 'info' };
  }
}

function alertFacts(alerts: readonly Delivery[]): [string, string][] {
  const facts = alerts.slice(0, NAMED).map((alert): [string, string] => {
    const { title, summary } = wordsOf(alert);
    return [title, summary];
  });
  return alerts.length > NAMED ? [...facts, ['And more', String(alerts.length - NAMED)]] : facts;
}

/** Those of the rule: whoever wrote it knows what to do. */
function annotationFacts(data: Record<string, unknown>): [string, string][] {
  return Object.entries((data['annotations'] ?? {}) as Record<string, string>).map(([name, value]) => [text(name), text(value)]);
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
      text(licenceType),
      `${highWaterMark.value}${contingencyMaxUsed.value > 0 ? `, contingency ${contingencyMaxUsed.value}` : ''}`,
    ]);
}
