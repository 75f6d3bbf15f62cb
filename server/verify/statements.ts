/** Statements of closed billing periods: each is what its hash says, and holds the hash of the one before it. */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { canonicalJson } from '../../shared/canonical-json.ts';
import type { StatementContent } from '../../shared/statements.ts';
import { formatInstant } from '../../shared/time.ts';
import type { StoredStatement } from '../books/statements.ts';
import type { Reader } from '../store/store.ts';
import type { Finder } from './findings.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export function verifyStatements(disk: Reader, expect: Finder['expect']): void {
  let before: { period: string; number: number; hash: string } | null = null;
  for (const { key, value } of disk.range<StoredStatement>('statements', {})) {
    const [organisation, name, number] = key as [string, string, number];
    const period = JSON.stringify([organisation, name]);
    const previous: typeof before = before?.period === period ? before : null;
    expect(organisation, 'statements', key, (previous?.number ?? 0) + 1, number);
    expect(organisation, 'statements', key, { previousHash: previous?.hash ?? null }, { previousHash: value.previousHash });
    const text = textOf(disk.get<Uint8Array>('statementBodies', key));
    expect(organisation, 'statementBodies', key, value.hash, text === null ? undefined : sha256(text));
    if (text !== null) compareParts(expect, key, value, JSON.parse(text) as StatementContent);
    before = { period, number, hash: value.hash };
  }
  for (const { key } of disk.range('statementBodies', {})) {
    if (disk.get('statements', key) === undefined) expect(key[0] as string, 'statements', key, 'the row of a statement', undefined);
  }
}

function compareParts(
  expect: Finder['expect'],
  key: readonly (string | number)[],
  stored: StoredStatement,
  content: StatementContent,
): void {
  const { bill, settings, organisation, period, number, previousHash, closedAt, seq, reason, by } = content;
  const { closedAt: at, hash: _, ...rest } = stored;
  const figuresHash = sha256(canonicalJson({ bill, settings }));
  const said = { organisation, period, number, figuresHash, previousHash, closedAt, seq, reason, by };
  const [inOrganisation, inPeriod, numbered] = key;
  const kept = { organisation: inOrganisation, period: inPeriod, number: numbered, ...rest, closedAt: formatInstant(at) };
  expect(organisation, 'statements', key, said, kept);
}

function textOf(body: Uint8Array | undefined): string | null {
  try {
    return body ? inflateSync(body).toString() : null;
  } catch {
    // What cannot be unpacked is no statement: its hash is missing.
    return null;
  }
}
