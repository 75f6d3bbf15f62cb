/** A process of its own with all displays and one producer, so that one clock measures both: from the answer to each frame. */
import { Agent } from 'node:http';
import { WebSocket } from 'ws';
import { seededRandom } from '../../server/simulate/random.ts';
import { LIVE_PATH, LIVE_SUBPROTOCOL } from '../../shared/live-protocol.ts';
import { post } from './load.ts';
import { percentile } from './stats.ts';
import { requests } from './traffic.ts';

export interface DisplaysOrder {
  url: string;
  organisation: string;
  displays: number;
  events: number;
  perSecond: number;
  run: string;
}

export interface DisplaysResult {
  p50: number;
  p99: number;
  max: number;
  frames: number;
}

interface Mark {
  seq: number;
  at: number;
}

export async function main([text = '']: string[]): Promise<number> {
  const order = JSON.parse(text) as DisplaysOrder;
  const { url, organisation, displays, events, perSecond, run } = order;
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const frames = new Map<WebSocket, Mark[]>();
  const answers: Mark[] = [];
  let complete: () => void = () => {};
  const open = async () => {
    const display = new WebSocket(new URL(LIVE_PATH, url.replace(/^http/, 'ws')), LIVE_SUBPROTOCOL, { perMessageDeflate: false });
    const seen: Mark[] = [];
    frames.set(display, seen);
    display.on('message', (data) => {
      const seq = /"type":"delta".*?"seq":(\d+)/.exec(String(data))?.[1];
      if (seq === undefined) return;
      seen.push({ seq: Number(seq), at: performance.now() });
      complete();
    });
    await new Promise((resolve, reject) => display.once('open', resolve).once('error', reject));
    display.send(JSON.stringify({ type: 'subscribe', organisation }));
    return display;
  };
  const all = await Promise.all(Array.from({ length: displays }, open));
  const next = requests({ organisation, batch: 1, producers: 1, users: 50 }, 0, run);
  const random = seededRandom(1);
  const sending: Promise<void>[] = [];
  for (let nth = 0; nth < events; nth++) {
    sending.push(
      post(new URL('/api/v1/events', url), agent, next()).then((answer) => {
        answers.push({ seq: (JSON.parse(answer) as { seq: number }).seq, at: performance.now() });
      }),
    );
    // Uneven, or the events would fall into step with the ticks.
    await new Promise((resolve) => setTimeout(resolve, (1000 / perSecond) * (0.5 + random.next())));
  }
  await Promise.all(sending);
  const last = Math.max(...answers.map(({ seq }) => seq));
  await new Promise<void>((resolve) => {
    complete = () => [...frames.values()].every((seen) => (seen.at(-1)?.seq ?? 0) >= last) && resolve();
    complete();
  });
  // A frame that overtook the answer was there at once.
  const latencies = [...frames.values()].flatMap((seen) =>
    answers.map(({ seq, at }) => Math.max(0, (seen.find((frame) => frame.seq >= seq)?.at ?? Number.POSITIVE_INFINITY) - at)),
  );
  for (const display of all) display.terminate();
  agent.destroy();
  const result: DisplaysResult = {
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: percentile(latencies, 1),
    frames: latencies.length,
  };
  console.log(JSON.stringify(result));
  return 0;
}
