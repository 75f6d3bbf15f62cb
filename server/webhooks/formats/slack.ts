import type { Delivery } from '../outbox.ts';
import { wordsOf } from './words.ts';

const MARKS = { good: ':white_check_mark:', info: ':information_source:', warning: ':warning:', critical: ':rotating_light:' };
/** Most fields of a section. */
const FIELDS = 10;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** An incoming webhook of Slack: blocks, and a text for notifications. */
export function slackBody(delivery: Delivery, home: string): object {
  const { title, facts, mood } = wordsOf(delivery);
  const line = `${MARKS[mood]} *${escaped(title)}*`;
  const fields = facts
    .slice(0, FIELDS)
    .map(([name, value]) => ({ type: 'mrkdwn', text: `*${escaped(name)}*\n${escaped(value).slice(0, 1_900)}` }));
  return {
    text: escaped(title),
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: line.slice(0, 2_900) } },
      ...(fields.length > 0 ? [{ type: 'section', fields }] : []),
      ...(home === '' ? [] : [{ type: 'context', elements: [{ type: 'mrkdwn', text: `<${home}/alerts|Highwater>` }] }]),
    ],
  };
}
