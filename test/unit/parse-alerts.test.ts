import { describe, expect, it } from 'vitest';
import { parseAcknowledgement, parseAlertHistoryQuery, parseAlertRule, parseSilence } from '../../server/parse/alerts.ts';
import type { RefusedInput } from '../../server/parse/refusal.ts';
import { parseDeliveryQuery } from '../../server/parse/webhooks.ts';

const paths = (parse: () => unknown): string[] => {
  try {
    parse();
    return [];
  } catch (error) {
    return (error as RefusedInput).errors.map(({ path }) => path);
  }
};

describe('what people say about alerts', () => {
  it.each(['abc', '-1', '1.5', '1e400', 'NaN', '9'.repeat(400)])('HTTP-4 the cursor %.20s was not handed out here', (cursor) => {
    for (const parse of [parseAlertHistoryQuery, parseDeliveryQuery])
      expect(paths(() => parse(new URLSearchParams({ cursor })))).toEqual(['cursor']);
  });

  it('HTTP-4 a cursor that was handed out is taken, an empty one is none', () => {
    expect(parseDeliveryQuery(new URLSearchParams({ cursor: '42' }))).toMatchObject({ cursor: '42' });
    expect(parseAlertHistoryQuery(new URLSearchParams('cursor='))).not.toHaveProperty('cursor', expect.any(String));
  });

  it('ALERT-74 what a silence is for has to be said, if only as everything', () => {
    const silence = { endsAt: '2026-11-24T13:00:00Z', by: 'Ann' };
    expect(paths(() => parseSilence(silence, 0))).toEqual(['matchers']);
    expect(parseSilence({ ...silence, matchers: {} }, 0).matchers).toEqual({});
  });

  it('HOOK-13 annotations have names, and texts that can be written down; none is dropped without a word', () => {
    const rule = (annotations: string) =>
      paths(() => parseAlertRule('r', JSON.parse(`{"metric":"inUse","threshold":1,"annotations":${annotations}}`)));
    expect(rule('{"runbook":"one\\n\\ttwo 😀"}')).toEqual([]);
    expect(rule('{"__proto__":"x"}')).toEqual(['annotations.__proto__']);
    expect(rule('{"a\\nb":"x"}')).toHaveLength(1);
    expect(rule('{"a":"\\ud800"}')).toEqual(['annotations.a']);
    expect(rule('{"a":"\\u0000"}')).toEqual(['annotations.a']);
    expect(paths(() => parseAcknowledgement({ by: 'Ann', note: '\ud800' }))).toEqual(['note']);
  });
});
