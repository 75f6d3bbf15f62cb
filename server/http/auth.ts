import { timingSafeEqual } from 'node:crypto';
import type { Config, Role } from '../config.ts';
import { type KeptToken, sha256Of } from '../tokens.ts';
import { HttpProblem } from './problem.ts';

const CAPABILITIES = ['read', 'ingest', 'operate', 'administer'] as const;
export type Capability = (typeof CAPABILITIES)[number];

const GRANTED: Record<Role, ReadonlySet<Capability>> = {
  viewer: new Set(['read']),
  // Writes and cannot read: a token in a telephone system gives nothing away.
  ingest: new Set(['ingest']),
  operator: new Set(['read', 'operate']),
  admin: new Set(CAPABILITIES),
};

/**
 * What a request needs; `null`: nothing. Pages and their scripts hold no data, so they are for everybody.
 * What stands in no rule needs the most, so that a route that was forgotten here is closed, not open.
 */
export function neededCapability(method: string, path: string): Capability | null {
  if (path === '/healthz' || path === '/readyz' || path === '/api/v1/openapi.json') return null;
  const reads = method === 'GET' || method === 'HEAD';
  if (path === '/metrics') return reads ? 'read' : 'administer';
  if (!path.startsWith('/api/')) return null;
  if (path === '/api/v1/ingest') return 'ingest';
  // The address of a receiver is often a secret in itself.
  if (reads) return /^\/api\/v1\/organisations\/[^/]+\/webhooks(?:\/|$)/.test(path) ? 'operate' : 'read';
  if (method !== 'POST') return /\/silences\/[^/]+$/.test(path) ? 'operate' : 'administer';
  if (path === '/api/v1/events' || /\/import$/.test(path)) return 'ingest';
  if (/\/(?:reports|what-if|webhooks\/preview|alert-rules\/try)$/.test(path) || /\/saved-reports\/[^/]+\/run$/.test(path)) return 'read';
  if (/\/(?:acknowledge|silences|retry|retry-failed|test)$/.test(path)) return 'operate';
  return 'administer';
}

export interface Authenticator {
  /**
   * @param token what was presented, if anything
   * @returns the name of the token; null where none was needed
   * @throws HttpProblem 401 without a valid token where one is needed, 403 with one that does not grant it
   */
  authorise(token: string | undefined, capability: Capability | null): string | null;
}

/** @param kept the tokens that were made by `highwater token create` and are not revoked, as they are now */
export function createAuthenticator(auth: Config['auth'], kept: () => readonly KeptToken[], now: () => number): Authenticator {
  return {
    authorise(token, capability) {
      if (!auth || capability === null) return null;
      if (token === undefined) throw unauthorised('This needs a token: send Authorization: Bearer TOKEN.');
      const digest = Buffer.from(sha256Of(token), 'hex');
      // Every token is compared, so that the time tells nothing about which one came close.
      const [match] = [...auth.tokens, ...kept()].filter((known) => timingSafeEqual(Buffer.from(known.tokenSha256, 'hex'), digest));
      if (!match || hasEnded(match, now())) throw unauthorised('This token is not known, or it has ended.');
      const { name, role } = match;
      if (!GRANTED[role].has(capability)) throw new HttpProblem(403, 'forbidden', `A token with the role ${role} may not do that.`);
      return name;
    },
  };
}

const hasEnded = (token: { role: Role } | KeptToken, now: number): boolean =>
  'expiresAt' in token && token.expiresAt !== null && Date.parse(token.expiresAt) <= now;

/** The token of an `Authorization` header. */
export const bearerToken = (header: string | undefined): string | undefined => /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];

const unauthorised = (detail: string) =>
  new HttpProblem(401, 'unauthorised', detail, { headers: { 'WWW-Authenticate': 'Bearer realm="highwater"' } });
