/** A process of its own that sends as fast as it is answered, and prints one line of JSON about it. */
import { Agent, request } from 'node:http';
import { percentile } from './stats.ts';
import { requests, type Traffic } from './traffic.ts';

export interface LoadOrder extends Traffic {
  url: string;
  seconds: number;
  run: string;
}

export interface LoadResult {
  eventsPerSecond: number;
  requests: number;
  p50: number;
  p99: number;
}

export async function main([order = '']: string[]): Promise<number> {
  const { url, seconds, run, ...traffic } = JSON.parse(order) as LoadOrder;
  const agent = new Agent({ keepAlive: true, maxSockets: traffic.producers });
  const latencies: number[] = [];
  // A new process is slow: what it sends while it warms up would be its own measure.
  const warm = performance.now() + (seconds * 1000) / 2;
  const until = warm + seconds * 1000;
  const produce = async (producer: number) => {
    const next = requests(traffic, producer, run);
    while (performance.now() < until) {
      const sent = performance.now();
      await post(new URL('/api/v1/events', url), agent, next());
      if (sent >= warm) latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: traffic.producers }, (_, producer) => produce(producer)));
  const took = (performance.now() - warm) / 1000;
  agent.destroy();
  const result: LoadResult = {
    eventsPerSecond: (latencies.length * traffic.batch) / took,
    requests: latencies.length,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
  console.log(JSON.stringify(result));
  return 0;
}

/** node:http, not fetch: the client must cost as little as it can beside the daemon. */
export function post(url: URL, agent: Agent, body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const sending = request(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/x-ndjson', 'content-length': body.length },
    });
    sending.on('error', reject);
    sending.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${response.statusCode}: ${text.slice(0, 500)}`));
      });
    });
    sending.end(body);
  });
}
