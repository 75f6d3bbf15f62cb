import type { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';

const PING_INTERVAL_MS = 30_000;

/** Drops sockets whose other end is gone without a word: who has not answered a ping by the next one is cut off. */
export function keepAlive(clock: Clock): { watch: (socket: WebSocket) => void; stop: () => void } {
  const answered = new Map<WebSocket, boolean>();
  const stop = clock.every(PING_INTERVAL_MS, () => {
    for (const [socket, alive] of answered) {
      if (!alive) socket.terminate();
      else {
        answered.set(socket, false);
        socket.ping();
      }
    }
  });
  return {
    watch(socket) {
      answered.set(socket, true);
      socket.on('pong', () => answered.set(socket, true));
      socket.on('close', () => answered.delete(socket));
    },
    stop,
  };
}
