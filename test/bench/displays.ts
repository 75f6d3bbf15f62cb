/** A process of its own with all displays and one producer, so that one clock measures both: from the answer to each frame. */
import { Agent } from 'node:http';
import { WebSocket } from 'ws';
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

export async function main([text = '']: string[]): Promise<number> {
  const order = JSON.parse(text) as DisplaysOrder;
  const { url, organisation, displays, events, perSecond, run } = order;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** The answered event that the displays have yet to show, and how many have not. */
  let awaited: { seq: number; at: number; left: number; shown(): void } | null = null;
  const latencies: number[] = [];
  const newest = new Map<WebSocket, { seq: number; at: number }>();
  const look = (display: WebSocket) => {
    const frame = newest.get(display);
    if (!awaited || !frame || frame.seq < awaited.seq) return;
    newest.delete(display);
    // A frame that overtook the answer was there at once.
    latencies.push(Math.max(0, frame.at - awaited.at));
    if (--awaited.left === 0) awaited.shown();
  };
  const open = async () => {
    const display = new WebSocket(new URL(LIVE_PATH, url.replace(/^http/, 'ws')), LIVE_SUBPROTOCOL, { perMessageDeflate: false });
    display.on('message', (data) => {
      const seq = /"type":"delta".*?"seq":(\d+)/.exec(String(data))?.[1];
      if (seq === undefined) return;
      newest.set(display, { seq: Number(seq), at: performance.now() });
      look(display);
    });
    await new Promise((resolve, reject) => display.once('open', resolve).once('error', reject));
    display.send(JSON.stringify({ type: 'subscribe', organisation }));
    return display;
  };
  const all = await Promise.all(Array.from({ length: displays }, open));
  const next = requests({ organisation, batch: 1, producers: 1, users: 50 }, 0, run);
  for (let nth = 0; nth < events; nth++) {
    const pause = new Promise((resolve) => setTimeout(resolve, 1000 / perSecond));
    const answer = JSON.parse(await post(new URL('/api/v1/events', url), agent, next())) as { seq: number };
    const at = performance.now();
    await new Promise<void>((shown) => {
      awaited = { seq: answer.seq, at, left: all.length, shown };
      for (const display of all) look(display);
    });
    awaited = null;
    newest.clear();
    await pause;
  }
  for (const display of all) display.terminate();
  agent.destroy();
  const result: DisplaysResult = {
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: Math.max(...latencies),
    frames: latencies.length,
  };
  console.log(JSON.stringify(result));
  return 0;
}
