/** Tokens that were made on this machine. They lie beside the books, so that they can be made and revoked while the daemon runs; of each only the SHA-256 is kept. */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROLES, type Role } from './config.ts';
import { name } from './parse/fields.ts';

const TOKENS_FILE = 'tokens.json';

const keptToken = z.strictObject({
  name,
  role: z.enum(ROLES),
  tokenSha256: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.iso.datetime(),
  /** Null: until it is revoked. */
  expiresAt: z.iso.datetime().nullable(),
});
const tokensFile = z.strictObject({ tokens: z.array(keptToken) });

/** Instants in RFC 3339. */
export type KeptToken = z.output<typeof keptToken>;

export class TokensFileError extends Error {}
/** There is one of that name already, or none. */
export class TokenNameError extends Error {}

export const sha256Of = (token: string): string => createHash('sha256').update(token).digest('hex');

/** @throws TokensFileError */
export function readTokens(dataDir: string): KeptToken[] {
  const file = join(dataDir, TOKENS_FILE);
  try {
    return tokensFile.parse(JSON.parse(readFileSync(file, 'utf8'))).tokens;
  } catch (error) {
    // What is there and cannot be read is something else than none.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new TokensFileError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** @returns the token itself, which nobody can read again. @throws TokenNameError, TokensFileError */
export function createToken(
  dataDir: string,
  { name: called, role, now, expiresAt }: { name: string; role: Role; now: Date; expiresAt: Date | null },
): string {
  const tokens = readTokens(dataDir);
  if (tokens.some((known) => known.name === called))
    throw new TokenNameError(`There is a token named ${JSON.stringify(called)} already: revoke it, or choose another name`);
  const token = `hw_${randomBytes(32).toString('base64url')}`;
  const kept = {
    name: called,
    role,
    tokenSha256: sha256Of(token),
    createdAt: now.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
  };
  writeTokens(dataDir, [...tokens, kept]);
  return token;
}

/** @throws TokenNameError, TokensFileError */
export function revokeToken(dataDir: string, called: string): void {
  const tokens = readTokens(dataDir);
  const left = tokens.filter((known) => known.name !== called);
  if (left.length === tokens.length) throw new TokenNameError(`There is no token named ${JSON.stringify(called)}`);
  writeTokens(dataDir, left);
}

/** The tokens as they are now: the file is looked at again when it changed. A file that cannot be read any more leaves what was known. */
export function watchTokens(dataDir: string, onUnreadable: (error: unknown) => void): () => readonly KeptToken[] {
  const file = join(dataDir, TOKENS_FILE);
  // The stamp first: what changes while the file is read is read again.
  let seen = stampOf(file);
  let tokens = readTokens(dataDir);
  return () => {
    const stamp = stampOf(file);
    if (stamp === seen) return tokens;
    seen = stamp;
    try {
      tokens = readTokens(dataDir);
    } catch (error) {
      onUnreadable(error);
    }
    return tokens;
  };
}

/** Every write is a new file. */
function stampOf(file: string): string {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats ? `${stats.ino} ${stats.mtimeMs} ${stats.size}` : '';
  } catch (error) {
    // Whoever reads it now hears why it cannot be.
    return String(error);
  }
}

/** All of it or nothing, on disk when it returns. */
function writeTokens(dataDir: string, tokens: KeptToken[]): void {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, TOKENS_FILE);
  const next = `${file}.new`;
  const descriptor = openSync(next, 'w', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify({ tokens }, null, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(next, file);
}
