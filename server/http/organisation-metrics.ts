/** What there is of each organisation and licence type, as Prometheus reads it: thousands of lines, so they are made in pieces, between others' work. */
import { setImmediate } from 'node:timers/promises';
import type { LicenceRow } from '../../shared/views.ts';
import type { Committed } from '../pipeline-types.ts';

/** Rows or lines that are made without a rest, about a millisecond of work. */
const AT_ONCE = 1_000;

type Source = Pick<Committed, 'organisations' | 'usage' | 'lastEventAt'>;
type Gauges = Record<string, { help: string; lines: string[] }>;

/** Pieces of text in the exposition format, each metric whole and without others between. */
export async function* organisationMetrics(committed: Source): AsyncGenerator<string, void, void> {
  const gauges = {
    licences_in_use: gauge('Distinct users holding the licence type'),
    licences_pool_used: gauge('Licences taken from a pool'),
    licences_entitled: gauge('Licences bought'),
    licences_peak: gauge('Highest in use of the day and of the billing period'),
    sessions_open: gauge('Open sessions'),
    feed_last_event_timestamp_seconds: gauge('Instant of the newest event'),
  } satisfies Gauges;

  const note = (labels: string, { inUse, concurrent, contingency, overLimit, peak }: LicenceRow): void => {
    gauges.licences_in_use.lines.push(`{${labels}} ${inUse}`);
    const used = { concurrent: concurrent.used, contingency: contingency.used, 'over-limit': overLimit };
    for (const [pool, value] of Object.entries(used)) gauges.licences_pool_used.lines.push(`{${labels},pool="${pool}"} ${value}`);
    for (const [pool, { total }] of Object.entries({ concurrent, contingency }))
      if (total !== null) gauges.licences_entitled.lines.push(`{${labels},pool="${pool}"} ${total}`);
    gauges.licences_peak.lines.push(
      `{${labels},window="day"} ${peak.day.value}`,
      `{${labels},window="billing_period"} ${peak.billingPeriod.value}`,
    );
  };

  let noted = 0;
  for (const { organisation } of committed.organisations()) {
    const usage = committed.usage(organisation);
    const at = committed.lastEventAt(organisation);
    if (!usage) continue;
    const label = `organisation="${escaped(organisation)}"`;
    gauges.sessions_open.lines.push(`{${label}} ${usage.sessions}`);
    if (at !== null) gauges.feed_last_event_timestamp_seconds.lines.push(`{${label}} ${at / 1000}`);
    for (const row of usage.licences) {
      note(`${label},licence_type="${escaped(row.licenceType)}"`, row);
      if (++noted % AT_ONCE === 0) await setImmediate();
    }
  }
  for (const [name, { help, lines }] of Object.entries(gauges)) {
    yield `# HELP highwater_${name} ${help}\n# TYPE highwater_${name} gauge\n`;
    for (let first = 0; first < lines.length; first += AT_ONCE) {
      yield lines
        .slice(first, first + AT_ONCE)
        .map((line) => `highwater_${name}${line}\n`)
        .join('');
      await setImmediate();
    }
    yield '\n';
  }
}

const gauge = (help: string): Gauges[string] => ({ help, lines: [] });

/** As the format has it in the value of a label. */
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
