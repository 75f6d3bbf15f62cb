/** Closed billing periods as they are kept. */
import type { StatementRow, StatementSummary } from '../../shared/statements.ts';
import { formatInstant } from '../../shared/time.ts';
import { openStatement } from '../billing/statement.ts';
import type { StoredStatement } from '../books/statements.ts';
import { AFTER_NAMES, type Reader } from '../store/store.ts';

export interface KeptStatement {
  number: number;
  stored: StoredStatement;
  /** Canonical JSON of everything but its hash. */
  text(): string;
}

/** The newest of a period, or the one with the number. */
export function readStatement(disk: Reader, organisation: string, period: string, number?: number): KeptStatement | undefined {
  const only = number === undefined ? [] : [number];
  const start = [organisation, period, ...only];
  const end = [organisation, period, number === undefined ? Number.POSITIVE_INFINITY : number + 1];
  for (const { key, value } of disk.range<StoredStatement>('statements', { start, end, reverse: true, limit: 1 })) {
    return {
      number: key[2] as number,
      stored: value,
      text: () => openStatement(disk.get<Uint8Array>('statementBodies', key) as Uint8Array),
    };
  }
}

/** Of all periods, or of one, by period and then by number. */
export function listStatements(disk: Reader, organisation: string, period?: string): StatementRow[] {
  const start = period === undefined ? [organisation] : [organisation, period];
  const end = [...start, period === undefined ? AFTER_NAMES : Number.POSITIVE_INFINITY];
  return [...disk.range<StoredStatement>('statements', { start, end })].map(({ key, value }) => ({
    period: key[1] as string,
    ...summaryOf(key[2] as number, value),
  }));
}

export const summaryOf = (number: number, { figuresHash: _, closedAt, ...stored }: StoredStatement): StatementSummary => ({
  number,
  closedAt: formatInstant(closedAt),
  ...stored,
});
