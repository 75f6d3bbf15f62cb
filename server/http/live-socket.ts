import type { WebSocket } from 'ws';
import type { LiveHub } from '../live/hub.ts';

const AS_TEXT = { binary: false };

/** Hands a socket of `ws` to the hub, which knows nothing of it but the few verbs that it uses. */
export function serveLive(socket: WebSocket, hub: LiveHub): void {
  const peer = hub.open({
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (frame, sent) => socket.send(frame, AS_TEXT, sent),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  });
  socket.on('message', (data, isBinary) => peer.receive(isBinary ? null : String(data)));
  socket.on('close', () => peer.closed());
}
