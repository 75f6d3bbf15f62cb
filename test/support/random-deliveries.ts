/** Messages of every type, with the names that break receivers: quotes, markup, emoji, right-to-left, 128 characters of four bytes, half characters. */
import fc from 'fast-check';
import type { Delivery } from '../../server/webhooks/outbox.ts';
import { SEVERITIES, WEBHOOK_EVENTS, type WebhookEventType } from '../../shared/alerts.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

const hostile = fc.constantFrom(
  'Agent "Calls"',
  '<!channel> & <https://evil.example|click>',
  '[click](https://evil.example)',
  '{{ data }} {% include "x" %}',
  "it's\\back\\slash",
  '\u202egnp.exe',
  '😀'.repeat(128),
  '&'.repeat(128),
  '\ud800 half',
  'half \udfff',
  '–',
  ' ',
);
const name = fc.oneof(hostile, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }));
const prose = fc.oneof(
  name,
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('x'.repeat(1_000), '<'.repeat(5_000), 'line\r\nBcc: somebody@evil.example\r\n\r\nbody'),
);
const instant = fc.integer({ min: 0, max: 31_536_000_000 }).map((offset) => START + offset);
const shownInstant = instant.map((at) => new Date(at).toISOString());
const pool = fc.record({ total: fc.option(fc.nat()), used: fc.nat(), available: fc.option(fc.nat()) });
const levels = fc.record({ inUse: fc.nat(), concurrent: pool, contingency: pool, overLimit: fc.nat(), billingPeriodPeak: fc.anything() });
const mark = fc.record({ value: fc.nat() });

const alert = fc
  .record({
    id: name,
    rule: name,
    name,
    licenceType: name,
    metric: fc.constant('inUse'),
    op: fc.constant('>='),
    threshold: fc.double({ noNaN: true, noDefaultInfinity: true }),
    severity: fc.constantFrom(...SEVERITIES),
    state: fc.constantFrom('firing', 'resolved', 'unknown'),
    value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    startsAt: shownInstant,
    endsAt: fc.option(shownInstant),
    seq: fc.nat(),
    reason: prose,
    summary: prose,
    annotations: fc.dictionary(name, prose, { maxKeys: 20, noNullPrototype: true }),
  })
  .chain((data) => fc.option(levels, { nil: {} }).map((more) => ({ ...data, ...more })));

const dataOf = (type: WebhookEventType): fc.Arbitrary<Record<string, unknown>> => {
  switch (type) {
    case 'alert.firing':
    case 'alert.resolved':
    case 'alert.unknown':
      return alert;
    case 'peak.new':
      return fc.record({ licenceType: name, value: fc.nat(), previous: fc.nat(), at: shownInstant });
    case 'contingency.entered':
    case 'contingency.left':
      return levels.chain((row) => name.map((licenceType) => ({ licenceType, ...row })));
    case 'feed.silent':
    case 'feed.recovered':
      return fc.record({ lastEventAt: fc.option(shownInstant) });
    case 'billing-period.closed':
      return fc.record({
        period: fc.constant('2026-10'),
        licences: fc.array(fc.record({ licenceType: name, highWaterMark: mark, contingencyMaxUsed: mark }), { maxLength: 40 }),
      });
    case 'report.ready':
      return fc.record({
        report: name,
        name,
        run: fc.nat(),
        dueAt: shownInstant,
        from: shownInstant,
        to: shownInstant,
        file: prose,
        rows: fc.array(fc.array(fc.option(prose), { maxLength: 4 }), { maxLength: 20 }),
        rowCount: fc.nat(),
      });
    case 'webhook.test':
      return fc.record({ webhook: name, message: fc.constant('This is a test: messages of Highwater arrive here.') });
  }
};

export const randomDelivery: fc.Arbitrary<Delivery> = fc
  .tuple(fc.constantFrom(...WEBHOOK_EVENTS), name, name, fc.nat(), instant)
  .chain(([type, organisation, about, n, at]) =>
    dataOf(type).map((data) => ({
      id: `msg_epoch_${n}`,
      n,
      organisation,
      webhook: 'ops',
      type,
      about,
      at,
      data: { organisation, ...data },
      status: 'pending' as const,
      attempts: [],
      tries: 0,
      nextAttemptAt: at,
    })),
  );
