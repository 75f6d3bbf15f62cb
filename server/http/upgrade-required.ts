import { LIVE_PATH } from '../../shared/live-protocol.ts';
import { plainly, refTo } from './describe.ts';
import type { App } from './edge.ts';
import { HttpProblem } from './problem.ts';
import { INGEST_PATH } from './web-sockets.ts';

/** Who asks for a WebSocket path without the handshake gets told what is missing. */
export function upgradeRequiredRoutes(app: App): void {
  for (const path of [LIVE_PATH, INGEST_PATH]) {
    const doc = plainly(path === LIVE_PATH ? 'A WebSocket, subprotocol `highwater.v1`' : 'A WebSocket, frames are `{ref, events}`', {
      101: { description: 'It is open' },
      426: { description: 'This path speaks WebSocket only', content: { 'application/problem+json': refTo('Problem') } },
    });
    app.get(path, doc, () => {
      throw new HttpProblem(426, 'upgrade_required', 'Open a WebSocket here.', {
        headers: { Upgrade: 'websocket', Connection: 'Upgrade' },
      });
    });
  }
}
