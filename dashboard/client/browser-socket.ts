import { LIVE_PATH, LIVE_SUBPROTOCOL } from '../../shared/live-protocol.ts';
import type { LiveSocket, SocketListeners } from './live-client.ts';

/** Opens the live view of the daemon that served this page. A browser can send a token only as a subprotocol, whose letters are few. */
export function connectBrowserSocket(origin: string, token: string | null, listeners: SocketListeners): LiveSocket {
  const spoken = token === null ? [LIVE_SUBPROTOCOL] : [LIVE_SUBPROTOCOL, `bearer.${escaped(token)}`];
  const socket = new WebSocket(new URL(LIVE_PATH, origin.replace(/^http/, 'ws')), spoken);
  const listening = new AbortController();
  const { signal } = listening;
  const lose = () => {
    listening.abort();
    listeners.onLost();
  };
  socket.addEventListener('open', () => listeners.onOpen(), { signal });
  socket.addEventListener('message', (event: MessageEvent<unknown>) => listeners.onText(event.data), { signal });
  // An error is always followed by a close; a failed opening reports both.
  socket.addEventListener('close', lose, { signal });
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close() {
      listening.abort();
      socket.close();
    },
  };
}

const escaped = (token: string) => encodeURIComponent(token).replaceAll(/[()]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
