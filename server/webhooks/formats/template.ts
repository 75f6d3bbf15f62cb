/** A body of one's own: a Liquid template that sees the message and nothing else, in bounded time and size. */
import { Liquid, LiquidError } from 'liquidjs';
import type { WebhookTemplate } from '../../../shared/alerts.ts';
import { formatInstant } from '../../../shared/time.ts';
import type { Delivery } from '../outbox.ts';
import { wordsOf } from './words.ts';

/** Characters of a template, milliseconds of one rendering, and what may be made on the way. */
const PARSE_CHARS = 20_000;
const RENDER_MS = 100;
const MEMORY = 500_000;
/** Of what comes out. */
const BODY_CHARS = 200_000;
/** What would read other templates: there are none. */
const NO_TAGS = ['include', 'render', 'layout', 'block'];
const IS_JSON = /^application\/(?:[\w.+-]+\+)?json\b/i;

/** @throws LiquidError with line and column, or another error with what is wrong */
export function templateBody(template: WebhookTemplate, delivery: Delivery, home: string): string {
  const body: string = createEngine().parseAndRenderSync(template.body, scopeOf(delivery, home));
  if (body.length > BODY_CHARS) throw new Error(`makes more than ${BODY_CHARS} characters`);
  if (IS_JSON.test(template.contentType)) JSON.parse(body);
  return body;
}

/** Why a template cannot be used for a message, in a sentence with its line; null: it can. @param what which of several of its type */
export function templateProblem(template: WebhookTemplate, delivery: Delivery, what = ''): string | null {
  const tried = what === '' ? delivery.type : `${delivery.type} ${what}`;
  try {
    templateBody(template, delivery, 'https://highwater.example');
    return null;
  } catch (error) {
    const message = (error as Error).message.split('\n')[0] as string;
    if (error instanceof SyntaxError)
      return `makes no JSON of ${tried}: ${message.slice(0, 200)}. What is put in has to go through the json filter, {{ title | json }}, and what some messages lack has a default: {{ data.value | default: 0 | json }}`;
    return LiquidError.is(error) ? `${message.slice(0, 300)} (tried on ${tried})` : `fails with ${tried}: ${message.slice(0, 300)}`;
  }
}

/** A new one each time: nothing of one rendering is there for the next. */
function createEngine(): Liquid {
  const engine = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    parseLimit: PARSE_CHARS,
    renderLimit: RENDER_MS,
    memoryLimit: MEMORY,
    timezoneOffset: 0,
    templates: {},
  });
  for (const tag of NO_TAGS) delete engine.tags[tag];
  return engine;
}

/** What a template may name; docs/webhooks.md tells of it. */
function scopeOf(delivery: Delivery, home: string): Record<string, unknown> {
  const { facts, ...words } = wordsOf(delivery);
  const { id, type, organisation, at, data } = delivery;
  return {
    id,
    type,
    timestamp: formatInstant(at),
    organisation,
    ...words,
    facts: facts.map(([name, value]) => ({ name, value })),
    url: home === '' ? '' : `${home}/alerts`,
    data,
  };
}
