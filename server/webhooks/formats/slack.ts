import type { Delivery } from '../outbox.ts';
import { cut, cutEscaped } from './cut.ts';
import { wordsOf } from './words.ts';

const MARKS = { good: '✅', info: 'ℹ️', warning: '⚠️', critical: '🚨' };
/** What Slack takes: characters of a header, of a section, of a field, fields of a section; it takes 50 blocks, and we need few of them. */
const HEADER = 150;
const SECTION = 3_000;
const FIELD = 2_000;
const FIELDS = 10;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/** Cut by its length as it is sent. Nothing in it can become a link or call for somebody: both begin with `<`. */
const escaped = (text: string, most: number): string => cutEscaped(text, most, (character) => ESCAPES[character] ?? character);

/** An incoming webhook of Slack: blocks, and a text for notifications. */
export function slackBody(delivery: Delivery, home: string): object {
  const { title, summary, facts, mood } = wordsOf(delivery);
  const fields = facts.map(([name, value]) => {
    const heading = `*${escaped(name, 200)}*\n`;
    return { type: 'mrkdwn', text: heading + escaped(value, FIELD - heading.length) };
  });
  const header = cut(`${MARKS[mood]} ${title}`, HEADER);
  return {
    text: escaped(title, SECTION),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: header, emoji: true } },
      ...(header.endsWith(summary) ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: escaped(summary, SECTION) } }]),
      ...inSections(fields),
      ...(home === '' ? [] : [{ type: 'context', elements: [{ type: 'mrkdwn', text: `<${home}/alerts|Highwater>` }] }]),
    ],
  };
}

const inSections = (fields: object[]): object[] =>
  Array.from({ length: Math.ceil(fields.length / FIELDS) }, (_, index) => ({
    type: 'section',
    fields: fields.slice(index * FIELDS, (index + 1) * FIELDS),
  }));
