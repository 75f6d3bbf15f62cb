/** `npm run idle-sockets -- [--count N]`: opens as many displays as it can and says what each costs. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { startDaemon } from '../support/daemon.ts';

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { count: { type: 'string', default: '10000' } } });
  const count = Number(values.count);
  const daemon = await startDaemon({
    env: { HIGHWATER_LIMITS_MAX_LIVE_CONNECTIONS_PER_ADDRESS: String(count), HIGHWATER_LIMITS_MAX_LIVE_CONNECTIONS: String(count) },
  });
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1]) * 1024;
  const sockets: WebSocket[] = [];
  try {
    const before = rss();
    for (let n = 0; n < count; n += 100) {
      const some = Array.from({ length: 100 }, () => new WebSocket(`${daemon.url.replace('http', 'ws')}/api/v1/live`, 'highwater.v1'));
      sockets.push(...some);
      await Promise.all(some.map((socket) => new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))));
    }
    const after = rss();
    const ready = (await daemon.get('/readyz')).status;
    const oneMore = new WebSocket(`${daemon.url.replace('http', 'ws')}/api/v1/live`, 'highwater.v1');
    const refused = await new Promise((resolve) =>
      oneMore.once('unexpected-response', (_, answer) => resolve(answer.statusCode)).once('open', () => resolve('opened')),
    );
    console.log(JSON.stringify({ sockets: count, bytesEach: Math.round((after - before) / count), ready, oneMore: refused }));
    return ready === 200 ? 0 : 1;
  } finally {
    for (const socket of sockets) socket.terminate();
    await daemon.dispose();
  }
}
