/** What lateness costs: the line with LMDB, without HTTP, in order and with one event in ten up to two seconds late. */
import type { LicenceEvent } from '../../shared/events.ts';
import { lineRate } from './line.ts';
import { ratio, showSpread, spread, table } from './stats.ts';

const SHAPES = [
  { name: 'batches of 1,000', batch: 1000 },
  { name: 'batches of 100', batch: 100 },
];
const USERS = 5_000;
const LATE_MS = 2_000;

export async function benchLate(runs: number, events: number, say: (text: string) => void): Promise<string> {
  const rates = SHAPES.map(() => ({ inOrder: [] as number[], late: [] as number[] }));
  for (let run = 0; run < runs; run++) {
    for (const [index, { name, batch }] of SHAPES.entries()) {
      rates[index]?.inOrder.push(await lineRate(trafficOf(events, batch, 0)));
      rates[index]?.late.push(await lineRate(trafficOf(events, batch, 0.1)));
      say(`late ${run + 1}/${runs}, ${name}: ${Math.round(rates[index]?.late.at(-1) ?? 0)} events/s`);
    }
  }
  return table(
    ['', 'a tenth up to 2 s late, events/s', 'in order, events/s', 'of in order'],
    SHAPES.map(({ name }, index) => {
      const [late, inOrder] = [spread(rates[index]?.late ?? []), spread(rates[index]?.inOrder ?? [])];
      return [name, showSpread(late), showSpread(inOrder), ratio(late, inOrder)];
    }),
  );
}

/** One millisecond between two events in their own time. */
function trafficOf(events: number, batch: number, late: number): LicenceEvent[][] {
  const random = seeded(129);
  const signedIn = new Set<string>();
  let at = Date.now() - 2 * events;
  const all = Array.from({ length: events }, (_, nth): LicenceEvent => {
    const desktop = random() < 0.5;
    const [user, device] = [`agent.${Math.floor(random() * USERS)}`, desktop ? 'desktop' : 'deskphone'];
    const key = `${user} ${device}`;
    const login = !signedIn.has(key);
    if (login) signedIn.add(key);
    else signedIn.delete(key);
    at++;
    const happened = random() < late ? at - Math.floor(random() * LATE_MS) : at;
    const same = { organisation: 'bench', user, device, at: happened, receivedAt: Date.now(), id: `id-${nth}` };
    const logonSource = desktop ? 'Agent Desktop' : 'Paired Device';
    return login
      ? { type: 'login', ...same, logonSource, licences: ['Inbound Agent', desktop ? 'Agent E-mail' : 'Agent Calls'] }
      : { type: 'logout', ...same, logonSource };
  });
  return Array.from({ length: events / batch }, (_, nth) => all.slice(nth * batch, (nth + 1) * batch));
}

/** The same traffic in every run: a linear congruential generator is random enough for that. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}
