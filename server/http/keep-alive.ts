import type { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';

const PING_INTERVAL_MS = 30_000;
const POLICY_VIOLATION = 1008;

interface Watched {
  answered: boolean;
  mayStay: () => boolean;
  isHeldBack: () => boolean;
}

export interface KeepAlive {
  /**
   * @param mayStay asked at every ping: a token can end or be revoked while its socket is open
   * @param isHeldBack nothing is read from it for now, so that an answer cannot be heard
   */
  watch(socket: WebSocket, mayStay: () => boolean, isHeldBack?: () => boolean): void;
  stop(): void;
}

/** Drops sockets whose other end is gone without a word (who has not answered a ping by the next one is cut off), and who may not stay. */
export function keepAlive(clock: Clock): KeepAlive {
  const sockets = new Map<WebSocket, Watched>();
  const stop = clock.every(PING_INTERVAL_MS, () => {
    for (const [socket, watched] of sockets) {
      if (!watched.answered && !watched.isHeldBack()) socket.terminate();
      else if (!watched.mayStay()) socket.close(POLICY_VIOLATION, 'the token has ended or was revoked');
      else {
        watched.answered = false;
        socket.ping();
      }
    }
  });
  return {
    watch(socket, mayStay, isHeldBack = () => false) {
      const watched = { answered: true, mayStay, isHeldBack };
      sockets.set(socket, watched);
      socket.on('pong', () => {
        watched.answered = true;
      });
      socket.on('close', () => sockets.delete(socket));
    },
    stop,
  };
}
