import type { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';

const PING_INTERVAL_MS = 30_000;
const POLICY_VIOLATION = 1008;

interface Watched {
  answered: boolean;
  mayStay: () => boolean;
}

export interface KeepAlive {
  /** @param mayStay asked at every ping: a token can end or be revoked while its socket is open */
  watch(socket: WebSocket, mayStay: () => boolean): void;
  stop(): void;
}

/** Drops sockets whose other end is gone without a word (who has not answered a ping by the next one is cut off), and who may not stay. */
export function keepAlive(clock: Clock): KeepAlive {
  const sockets = new Map<WebSocket, Watched>();
  const stop = clock.every(PING_INTERVAL_MS, () => {
    for (const [socket, watched] of sockets) {
      if (!watched.answered) socket.terminate();
      else if (!watched.mayStay()) socket.close(POLICY_VIOLATION, 'the token has ended or was revoked');
      else {
        watched.answered = false;
        socket.ping();
      }
    }
  });
  return {
    watch(socket, mayStay) {
      const watched = { answered: true, mayStay };
      sockets.set(socket, watched);
      socket.on('pong', () => {
        watched.answered = true;
      });
      socket.on('close', () => sockets.delete(socket));
    },
    stop,
  };
}
