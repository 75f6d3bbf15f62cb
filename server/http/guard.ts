/** Keeps web pages of others out: a browser on this machine reaches a daemon on loopback, whatever page it shows. */
import { type Config, isLoopback } from '../config.ts';
import { HttpProblem } from './problem.ts';

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface Guard {
  /**
   * Against DNS rebinding: a foreign name that was made to point at loopback still stands in `Host`.
   * @throws HttpProblem 403
   */
  host(header: string | undefined): void;
  /** For everything that changes something and for WebSockets. Programs send no Origin. @throws HttpProblem 403 */
  origin(header: string | undefined): void;
}

/** @param port the port that is listened on, known once it is */
export function createGuard(config: Pick<Config, 'listen' | 'publicOrigins' | 'auth'>, port: () => number): Guard {
  const origins = new Set(config.publicOrigins);
  const loopback = isLoopback(config.listen.host);
  // The origin of a configured name, not of the request: what a request says of itself proves nothing.
  const hosts = new Set([
    ...LOOPBACK_NAMES,
    bracketed(config.listen.host),
    ...config.publicOrigins.map((origin) => new URL(origin).hostname),
  ]);
  const checksHost = loopback && !config.auth;

  const isOurs = (header: string): boolean => {
    if (origins.size > 0) return origins.has(header);
    if (!loopback) return false;
    const url = URL.canParse(header) ? new URL(header) : null;
    if (url === null || url.protocol !== 'http:' || url.origin !== header) return false;
    return (LOOPBACK_NAMES.has(url.hostname) || url.hostname === config.listen.host) && Number(url.port || 80) === port();
  };

  return {
    host(header) {
      if (!checksHost || header === undefined) return;
      const name = header.toLowerCase().replace(/:\d*$/, '');
      if (!hosts.has(name)) {
        throw new HttpProblem(
          403,
          'forbidden_host',
          'Without auth this daemon answers to localhost only. Configure auth, or add the origin to publicOrigins.',
        );
      }
    },
    origin(header) {
      if (header === undefined || isOurs(header)) return;
      throw new HttpProblem(403, 'forbidden_origin', 'Pages of this origin may not do that. If it is yours, add it to publicOrigins.');
    },
  };
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host.toLowerCase());
