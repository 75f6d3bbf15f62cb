/** What many organisations in one daemon cost: the same events, all of one organisation and of a thousand, each with a feed of its own or all in one. */
import type { LicenceEvent } from '../../shared/events.ts';
import { lineRate } from './line.ts';
import { ratio, showSpread, spread, table } from './stats.ts';

const ORGANISATIONS = 1_000;
/** `inARow`: so many events of one organisation, before those of the next. */
const SHAPES = [
  { name: 'batches of 100, each of one organisation', batch: 100, events: 250_000, inARow: 100 },
  { name: 'batches of 1,000, each of all organisations', batch: 1000, events: 100_000, inARow: 1 },
  { name: 'batches of 100, each of a hundred organisations', batch: 100, events: 100_000, inARow: 1 },
  { name: 'single events', batch: 1, events: 10_000, inARow: 1 },
];
const USERS = 20_000;

/** `share`: this part of the events of a full run. */
export async function benchOrganisations(runs: number, share: number, say: (text: string) => void): Promise<string> {
  const rates = SHAPES.map(() => ({ one: [] as number[], many: [] as number[] }));
  for (let run = 0; run < runs; run++) {
    for (const [index, { name, events, ...shape }] of SHAPES.entries()) {
      rates[index]?.one.push(await lineRate(trafficOf({ ...shape, events: events * share, organisations: 1 })));
      rates[index]?.many.push(await lineRate(trafficOf({ ...shape, events: events * share, organisations: ORGANISATIONS })));
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

interface Traffic {
  events: number;
  batch: number;
  organisations: number;
  inARow: number;
}

/** Everybody of an organisation logs in, then out, and so on. */
function trafficOf({ events, batch, organisations, inARow }: Traffic): LicenceEvent[][] {
  const at = Date.now() - events;
  const people = USERS / organisations;
  const all = Array.from({ length: events }, (_, nth): LicenceEvent => {
    const centre = Math.floor(nth / inARow) % organisations;
    // Which event of its organisation this is.
    const its = Math.floor(nth / (inARow * organisations)) * inARow + (nth % inARow);
    return {
      type: Math.floor(its / people) % 2 === 0 ? 'login' : 'logout',
      organisation: `centre-${centre}`,
      user: `agent-${centre}-${its % people}`,
      device: 'desktop',
      logonSource: 'Agent Desktop',
      licences: ['Inbound Agent', 'Agent E-mail'],
      at: at + nth,
      receivedAt: at + nth,
    };
  });
  return Array.from({ length: Math.ceil(events / batch) }, (_, nth) => all.slice(nth * batch, (nth + 1) * batch));
}
