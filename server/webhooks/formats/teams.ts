import type { Delivery } from '../outbox.ts';
import { cut } from './cut.ts';
import { wordsOf } from './words.ts';

const COLOURS = { good: 'Good', info: 'Accent', warning: 'Warning', critical: 'Attention' };
/** Teams refuses a message above some 28 KB, and people have seen it do so from 21 KB on. */
const MOST_BYTES = 20_000;
const TITLE = 300;
const VALUE = 1_000;

/** A Teams workflow that was made for an incoming webhook: one Adaptive Card. Runs of text, because names would be Markdown in a text block. */
export function teamsBody(delivery: Delivery, home: string): object {
  const { title, summary, facts, mood } = wordsOf(delivery);
  const body: object[] = [
    line({ text: cut(title, TITLE), weight: 'Bolder', size: 'Medium', color: COLOURS[mood] }),
    ...(summary === title ? [] : [line({ text: cut(summary, VALUE) })]),
    ...facts.map(([name, value]) => line({ text: `${cut(name, TITLE)}: `, weight: 'Bolder' }, { text: cut(value, VALUE) })),
  ];
  const message = (lines: object[]) => {
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      body: lines,
      ...(home === '' ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Open Highwater', url: `${home}/alerts` }] }),
    };
    return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }] };
  };
  while (body.length > 1 && Buffer.byteLength(JSON.stringify(message(body))) > MOST_BYTES) body.pop();
  return message(body);
}

const line = (...runs: object[]): object => ({ type: 'RichTextBlock', inlines: runs.map((run) => ({ type: 'TextRun', ...run })) });
