/** When a pool is full if logins go on as they do. */
import type { LicenceRow } from '../../shared/views.ts';

/** A forecast does not look further. */
export const MOST_SECONDS = 86_400;

export interface Fill {
  /** The pool that is next to be full. */
  pool: 'concurrent' | 'contingency';
  /** 0: it is; `MOST_SECONDS`: not within a day. */
  seconds: number;
}

/** First the concurrent pool, then contingency. Null where no entitlement is set. @param perMinute net logins */
export function fillOf({ concurrent, contingency }: Pick<LicenceRow, 'concurrent' | 'contingency'>, perMinute: number): Fill | null {
  if (concurrent.available === null) return null;
  const spare = contingency.available ?? 0;
  // Where there is no contingency, the concurrent pool is all there is.
  const pool = concurrent.available > 0 || !contingency.total ? 'concurrent' : 'contingency';
  const left = pool === 'concurrent' ? concurrent.available : spare;
  if (left === 0) return { pool, seconds: 0 };
  return { pool, seconds: perMinute > 0 ? Math.min(MOST_SECONDS, Math.round((left / perMinute) * 60)) : MOST_SECONDS };
}
