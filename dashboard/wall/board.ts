import type { LicenceRow } from '../../shared/views.ts';
import type { LicenceGroup } from '../format/licence-groups.ts';

/** One screen of a wall. */
export interface BoardPage {
  rows: LicenceRow[];
  /** What the address names and nobody uses or has bought. */
  missing: string[];
}

/** Seconds that each page of a board stays, unless the address says otherwise. */
export const TURN_SECONDS = 20;

/**
 * The pages of a board as its address names them: licence types or groups of them between commas, pages between semicolons, `all` is everything.
 *
 * @example boardPages('Inbound Agent,Supervisor;Service features', groups) // two pages
 */
export function boardPages(board: string, groups: readonly LicenceGroup[]): BoardPage[] {
  const every = groups.flatMap(({ rows }) => rows);
  const find = (name: string): LicenceRow[] | null => {
    const row = every.find(({ licenceType }) => licenceType === name) ?? every.find(({ licenceType }) => same(licenceType, name));
    // A login may name a licence type of any name, and walls that show everything must go on doing so.
    if (name === 'all') return every;
    if (row) return [row];
    if (same(name, 'all')) return every;
    return groups.find(({ title }) => same(title, name))?.rows ?? null;
  };
  // A type's own name may hold what else parts names.
  const parts = (text: string, mark: string) => (find(text) ? [text] : text.split(mark).map((part) => part.trim()));
  return parts(board, ';')
    .filter((page) => page !== '')
    .map((page) => {
      const names = parts(page, ',').filter((name) => name !== '');
      const found = names.map((name) => [name, find(name)] as const);
      return {
        rows: [...new Set(found.flatMap(([, rows]) => rows ?? []))],
        missing: found.filter(([, rows]) => rows === null).map(([name]) => name),
      };
    })
    .filter(({ rows, missing }) => rows.length + missing.length > 0);
}

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** Which page has its turn: by the clock, so that nothing has to be kept going and all walls turn together. */
export const turnOf = (pages: number, seconds: number, now: number): number => Math.floor(now / (seconds * 1_000)) % Math.max(1, pages);

/** Seconds in the address, `?turn=30`; anything else is the usual. */
export function turnSeconds(asked: string | null): number {
  const seconds = Number(asked ?? '');
  return Number.isFinite(seconds) && seconds >= 3 && seconds <= 3_600 ? seconds : TURN_SECONDS;
}
