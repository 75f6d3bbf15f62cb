/** Mistakes that somebody could make, each by hand, and the quick test that must notice it. */
export interface Mutation {
  name: string;
  file: string;
  from: string;
  to: string;
  test: string;
}

const SIMULATION = 'test/unit/simulation.test.ts';
const PIPELINE = 'server/pipeline.ts';
const RECORDING = 'server/recording.ts';
const COMMIT = '      await recording.commit(writes, now);\n';

export const MUTATIONS: Mutation[] = [
  {
    name: 'answers before the commit',
    file: PIPELINE,
    from: COMMIT,
    to: `      for (const answer of answers.splice(0)) answer();\n${COMMIT}`,
    test: SIMULATION,
  },
  {
    name: 'shows before the commit',
    file: PIPELINE,
    from: COMMIT,
    to: `      committed.publish(books, batch.changed, now, writes);\n${COMMIT}`,
    test: SIMULATION,
  },
  {
    name: 'keeps in memory what a failed commit left there',
    file: PIPELINE,
    from: '    loadAgain();\n    const isShut =',
    to: '    const isShut =',
    test: 'test/unit/full-disk.test.ts',
  },
  {
    name: 'commits a batch in two halves',
    file: PIPELINE,
    from: COMMIT,
    to: '      await recording.commit(writes.slice(0, writes.length >> 1), now);\n      await recording.commit(writes.slice(writes.length >> 1), now);\n',
    test: SIMULATION,
  },
  {
    name: 'stays degraded after the disk has room again',
    file: RECORDING,
    from: "      if (health.state === 'degraded' && store.hasRoom()) health = { state: 'ready' };\n",
    to: '',
    test: 'test/unit/full-disk.test.ts',
  },
  {
    name: 'loads the books again each time that a full disk is asked',
    file: RECORDING,
    from: '    wasRefused: () => refused,\n',
    to: '    wasRefused: () => refused === null,\n',
    test: 'test/unit/full-disk.test.ts',
  },
  {
    name: 'frees who could not be heard on a full disk',
    file: PIPELINE,
    from: '      for (const silence of recording.unheard(now)) noteDowntime(batch, silence);\n',
    to: '',
    test: 'test/unit/full-disk.test.ts',
  },
  {
    name: 'does not write a downtime down',
    file: 'server/books/downtimes.ts',
    from: '  if (last === undefined || last >= now) return;\n',
    to: '  if (last !== null) return;\n',
    test: 'test/unit/licensing.test.ts',
  },
  {
    name: 'takes an event id a second time',
    file: 'server/books/record-event.ts',
    from: '  if (known) {\n',
    to: '  if (known && event.id === undefined) {\n',
    test: SIMULATION,
  },
  {
    name: 'does not remember event ids',
    file: 'server/books/idempotency.ts',
    from: '  if (event.id === undefined) return;\n',
    to: '  if (event.id !== null) return;\n',
    test: SIMULATION,
  },
  {
    name: 'takes a late event for one in order',
    file: 'server/books/record-event.ts',
    from: '  const written = isLate(batch, organisation, position, entry)\n',
    to: '  const written = isLate(batch, organisation, position, entry) && position.at < 0\n',
    test: SIMULATION,
  },
  {
    name: 'gives a licence back to the wrong pool',
    file: 'server/licensing/pools.ts',
    from: '  pools.used[stay.pool]--;\n  pools.holdings -= stay.holdings;\n',
    to: '  pools.used.concurrent--;\n  pools.holdings -= stay.holdings;\n',
    test: SIMULATION,
  },
  {
    name: 'forgets pending webhooks at a restart',
    file: 'server/app.ts',
    from: '    worker.take(shown.pending());\n',
    to: '',
    test: SIMULATION,
  },
  {
    name: 'sends a message again under another id',
    file: 'server/webhooks/formats/render.ts',
    from: 'signatureHeaders(id, now',
    to: "signatureHeaders(id + '.' + delivery.tries, now",
    test: SIMULATION,
  },
  {
    // The worker looks at the disk itself: that it hears of a message too early does no harm.
    name: 'to a receiver: sends what is not on disk, or no longer',
    file: 'server/alerting/shown-receivers.ts',
    from: "isPending: ({ organisation, webhook: id, n, id: message }) => store.get('outbox', [organisation, id, n]) === message,",
    to: 'isPending: ({ n }) => n >= 0,',
    test: 'test/unit/webhook-coalesce.test.ts',
  },
  {
    name: 'to a receiver: signs with a secret that has ended',
    file: 'server/webhooks/sign.ts',
    from: '  ...oldSecrets.filter(({ endsAt }) => endsAt > now)',
    to: '  ...oldSecrets.filter(({ endsAt }) => endsAt > 0 && now > 0)',
    test: 'test/unit/webhook-rotation.test.ts',
  },
  {
    name: 'to a receiver: leaves out what was tried',
    file: 'server/webhooks/coalesce.ts',
    from: '!kept.has(delivery) && isUntried(delivery)',
    to: '!kept.has(delivery)',
    test: 'test/unit/webhook-coalesce.test.ts',
  },
  {
    name: 'to a receiver: leaves out the end of what it was told',
    file: 'server/webhooks/coalesce.ts',
    from: 'const unheard = index > 0 && ',
    to: 'const unheard = ',
    test: 'test/unit/webhook-coalesce.test.ts',
  },
  {
    name: 'to a receiver: loses an old message that is tried again beside one under way',
    file: 'server/webhooks/line.ts',
    from: '  line.underWay = null;\n',
    to: '  line.underWay = null;\n  line.waiting.shift();\n',
    test: 'test/unit/webhook-coalesce.test.ts',
  },
  {
    name: 'to a receiver: keeps its routing key with what was sent',
    file: 'server/webhooks/exchange.ts',
    from: 'without(message.body)',
    to: 'message.body',
    test: 'test/unit/webhook-health.test.ts',
  },
  {
    name: 'to a receiver: counts what was left out as given up',
    file: 'server/webhooks/outbox.ts',
    from: "status === 'delivered' || coalescedInto !== undefined",
    to: "status === 'delivered'",
    test: 'test/unit/webhook-coalesce.test.ts',
  },
  {
    name: 'to a receiver: waits without end for the head of an answer',
    file: 'server/webhooks/post.ts',
    from: 'const signal = AbortSignal.timeout(timeoutMs);',
    to: 'const signal = AbortSignal.timeout(timeoutMs * 1_000);',
    test: 'test/unit/webhook-post.test.ts',
  },
  {
    name: 'sends deltas to a display that does not read',
    file: 'server/live/connection.ts',
    from: '    if (this.congested) this.#missed.add(organisation);\n    else this.#write(frame);\n',
    to: '    this.#write(frame);\n',
    test: 'test/unit/live-hub.test.ts',
  },
  {
    name: 'counts no entry behind which a mark stands',
    file: 'server/reports/in-use.ts',
    from: 'end: key, reverse: true',
    to: 'end: after(key), reverse: true',
    test: 'test/unit/records.test.ts',
  },
];
