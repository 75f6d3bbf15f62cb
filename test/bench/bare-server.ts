/**
 * The baseline as a server: takes a request, appends its bytes to a file with fdatasync in groups, answers, and tells every
 * display at once. It parses nothing, counts nothing and keeps nothing: whatever Highwater costs beyond it is Highwater.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { LIVE_PATH } from '../../shared/live-protocol.ts';
import { openGroupCommit } from './group-commit.ts';

/** About as long as a delta frame with one row. */
const FILLING = 'x'.repeat(420);

export async function main([path = '']: string[]): Promise<number> {
  const journal = await openGroupCommit(path);
  const displays = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  let seq = 0;
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', async () => {
      await journal.append(Buffer.concat(parts));
      const mine = ++seq;
      outgoing.end(JSON.stringify({ seq: mine }));
      const frame = JSON.stringify({ type: 'delta', seq: mine, filling: FILLING });
      for (const display of displays.clients) display.send(frame);
    });
  });
  server.on('upgrade', (incoming, socket, head) => {
    if (incoming.url !== LIVE_PATH) return socket.destroy();
    displays.handleUpgrade(incoming, socket, head, (display) => display.on('message', () => {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  console.log(JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
  return new Promise(() => {});
}
