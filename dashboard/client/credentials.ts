import { createEmitter, type Watchable } from './emitter.ts';

/** The part of `Storage` that is used; access to the real one may throw. */
interface TokenStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const KEY = 'highwater.token';

/** The token of this browser, where the daemon asks for one. */
export interface Credentials extends Watchable {
  token(): string | null;
  /** `wanted`: the daemon asks for a token and there is none; `refused`: it does not know the one that there is. */
  standing(): 'fine' | 'wanted' | 'refused';
  /** @param keep beyond the end of the browser, for a wall that starts by itself in the morning */
  hold(token: string, keep: boolean): void;
  forget(): void;
  /** What the daemon answered to a request with this token. */
  heard(status: number, token: string | null): void;
}

/**
 * @param session ends with the tab
 * @param device outlives the browser
 */
export function createCredentials(session: () => TokenStorage, device: () => TokenStorage): Credentials {
  const emitter = createEmitter();
  let token = attempt(() => session().getItem(KEY)) ?? attempt(() => device().getItem(KEY));
  let standing: ReturnType<Credentials['standing']> = 'fine';

  const stand = (next: typeof standing) => {
    if (next === standing) return;
    standing = next;
    emitter.emit();
  };

  return {
    watch: emitter.watch,
    token: () => token,
    standing: () => standing,
    hold(next, keep) {
      token = next;
      standing = 'fine';
      attempt(() => session().setItem(KEY, next));
      attempt(() => (keep ? device().setItem(KEY, next) : device().removeItem(KEY)));
      emitter.emit();
    },
    forget() {
      token = null;
      for (const storage of [session, device]) attempt(() => storage().removeItem(KEY));
      emitter.emit();
    },
    heard(status, used) {
      // An answer to an older token says nothing about the one that is held now.
      if (used !== token) return;
      if (status === 401) stand(token === null ? 'wanted' : 'refused');
      else stand('fine');
    },
  };
}

/** A wall has nobody to type: its address may bring the token behind `#token=`, where no server or log sees it. */
export function tokenInAddress(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token');
  return token === null || token === '' ? null : token;
}

/** Asks with the token that is held. */
export function withToken(ask: typeof globalThis.fetch, credentials: Pick<Credentials, 'token' | 'heard'>): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const token = credentials.token();
    const headers = new Headers(init.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    const response = await ask(input, { ...init, headers });
    credentials.heard(response.status, token);
    return response;
  };
}

/** Storage may be forbidden: then a token holds until the page is left. */
function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}
