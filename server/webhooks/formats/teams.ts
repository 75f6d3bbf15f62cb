import type { Delivery } from '../outbox.ts';
import { wordsOf } from './words.ts';

const COLOURS = { good: 'Good', info: 'Accent', warning: 'Warning', critical: 'Attention' };

/** A Teams workflow that was made for an incoming webhook: one Adaptive Card. */
export function teamsBody(delivery: Delivery, home: string): object {
  const { title, facts, mood } = wordsOf(delivery);
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      { type: 'TextBlock', text: title, weight: 'Bolder', size: 'Medium', wrap: true, color: COLOURS[mood] },
      { type: 'FactSet', facts: facts.map(([name, value]) => ({ title: name, value })) },
    ],
    ...(home === '' ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Open Highwater', url: `${home}/alerts` }] }),
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }] };
}
