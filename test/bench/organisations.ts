/** What many organisations in one daemon cost: the same events, all of one organisation and spread over a thousand. */
import type { LicenceEvent } from '../../shared/events.ts';
import { lineRate } from './line.ts';
import { ratio, showSpread, spread, table } from './stats.ts';

const ORGANISATIONS = 1_000;
const SHAPES = [
  { name: 'batches of 1,000', batch: 1000, events: 100_000 },
  { name: 'batches of 100', batch: 100, events: 100_000 },
  { name: 'single events', batch: 1, events: 10_000 },
];
const USERS = 20_000;

/** `share`: this part of the events of a full run. */
export async function benchOrganisations(runs: number, share: number, say: (text: string) => void): Promise<string> {
  const rates = SHAPES.map(() => ({ one: [] as number[], many: [] as number[] }));
  for (let run = 0; run < runs; run++) {
    for (const [index, { name, batch, events }] of SHAPES.entries()) {
      rates[index]?.one.push(await lineRate(trafficOf(events * share, batch, 1)));
      rates[index]?.many.push(await lineRate(trafficOf(events * share, batch, ORGANISATIONS)));
      say(`organisations ${run + 1}/${runs}, ${name}: ${Math.round(rates[index]?.many.at(-1) ?? 0)} events/s`);
    }
  }
  return table(
    ['', '1,000 organisations, events/s', 'one organisation, events/s', 'of one'],
    SHAPES.map(({ name }, index) => {
      const [many, one] = [spread(rates[index]?.many ?? []), spread(rates[index]?.one ?? [])];
      return [name, showSpread(many), showSpread(one), ratio(many, one)];
    }),
  );
}

/** Everybody logs in, then out, and so on; the next event is the next organisation's. */
function trafficOf(events: number, batch: number, organisations: number): LicenceEvent[][] {
  const at = Date.now() - events;
  const all = Array.from({ length: events }, (_, nth): LicenceEvent => {
    const user = nth % USERS;
    return {
      type: Math.floor(nth / USERS) % 2 === 0 ? 'login' : 'logout',
      organisation: `centre-${user % organisations}`,
      user: `agent-${user}`,
      device: 'desktop',
      logonSource: 'Agent Desktop',
      licences: ['Inbound Agent', 'Agent E-mail'],
      at: at + nth,
      receivedAt: at + nth,
    };
  });
  return Array.from({ length: Math.ceil(events / batch) }, (_, nth) => all.slice(nth * batch, (nth + 1) * batch));
}
