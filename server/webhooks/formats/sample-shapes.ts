/** Every shape in which a message of a type can come: what a template is tried on before it is kept. */
import type { WebhookEventType } from '../../../shared/alerts.ts';
import { formatInstant, type Instant } from '../../../shared/time.ts';
import type { Delivery } from '../outbox.ts';
import { sampleDelivery } from './sample.ts';

export interface Shape {
  /** Which of them, in a few words; empty: the usual one. */
  what: string;
  delivery: Delivery;
}

type Data = Record<string, unknown>;

/** Names may hold all of it, and what a template makes of them has to stand. */
const HARD_TEXT = 'Agent "Calls" \\ <b> & \u2028 😀';

const UNLIMITED = {
  inUse: 190,
  concurrent: { total: null, used: 190, available: null },
  contingency: { total: null, used: 0, available: null, maxUsed: 0, maxUsedAt: null },
  billingPeriodPeak: { value: 0, at: null },
};
/** Missing where a message is not about a licence type, or the type is not there any more. */
const NO_LEVELS = { inUse: undefined, concurrent: undefined, contingency: undefined, overLimit: undefined, billingPeriodPeak: undefined };

/** @param grouped several alerts may come in one message */
export function shapesOf(type: WebhookEventType, grouped: boolean, now: Instant): Shape[] {
  const usual = sampleDelivery({ type, organisation: HARD_TEXT, licenceType: HARD_TEXT, text: HARD_TEXT, now });
  const shape = (what: string, data: Data): Shape => ({ what, delivery: { ...usual, data: given({ ...usual.data, ...data }) } });
  return [shape('', {}), ...others(type, grouped, usual.data, now).map(([what, data]) => shape(what, data))];
}

function others(type: WebhookEventType, grouped: boolean, usual: Data, now: Instant): [what: string, data: Data][] {
  const at = formatInstant(now);
  switch (type) {
    case 'alert.firing':
    case 'alert.resolved':
    case 'alert.unknown':
      return [...alertShapes(at), ...(grouped ? groupShapes(usual) : [])];
    case 'peak.new':
      return [['without an entitlement', { ...UNLIMITED, period: null }]];
    case 'contingency.entered':
    case 'contingency.left':
      return [['without an entitlement', UNLIMITED]];
    case 'feed.silent':
    case 'feed.recovered':
      return [['without a time set', { lastEventAt: null, feedSilentAfterSeconds: null }]];
    case 'billing-period.closed':
      return [
        [
          'of a licence type that was not used',
          { licences: [{ licenceType: HARD_TEXT, highWaterMark: NOTHING, contingencyMaxUsed: NOTHING }] },
        ],
        ['without licence types', { licences: [] }],
      ];
    case 'report.ready':
      return [
        ['without rows', { rows: [], rowCount: 0, totals: {} }],
        ['with an empty cell', { rows: [[null]], totals: { inUse: null } }],
      ];
    case 'webhook.test':
      return [];
  }
}

const NOTHING = { value: 0, at: null };

const alertShapes = (at: string): [string, Data][] => [
  ['without a value', { ...UNLIMITED, value: null, annotations: {} }],
  ['about the feed', { ...NO_LEVELS, licenceType: '*', metric: 'feedAge', value: 601.5, threshold: 600, annotations: {} }],
  ['that looks ahead, told again', { metric: 'secondsUntilFull', value: 420, expectedAt: at, repeat: 2 }],
];

/** What the alerts of a group do not share is null, and there are no levels of one licence type. */
function groupShapes(usual: Data): [string, Data][] {
  const firing = { ...usual, state: 'firing' };
  const several = [firing, { ...firing, ...UNLIMITED, state: 'unknown', value: null }, { ...firing, ...NO_LEVELS, state: 'resolved' }];
  const whole = { ...NO_LEVELS, metric: undefined, seq: undefined, value: null, threshold: null, op: null, annotations: {} };
  return [
    ['about one alert of a group', { group: { severity: 'warning' }, alerts: [usual] }],
    ['about several alerts', { ...whole, name: '3 alerts', licenceType: '2 licence types', group: {}, alerts: several.map(given) }],
  ];
}

/** Without what is undefined: it is missing in a message, too. */
const given = (data: Data): Data => Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
