/** A copy of the books, as `GET /api/v1/backups` lists it. Null: made by a version that did not note it. */
export interface Backup {
  name: string;
  /** When it was begun. */
  at: string;
  /** Bytes. */
  size: number;
  /** Highest number of a record or alert transition in it. */
  seq: number | null;
  epoch: string | null;
  /** Instant of the newest commit in it. */
  until: string | null;
  /** `read`: every row of the copy was read; `verified`: everything derived was derived again and compared. */
  checked: 'read' | 'verified' | null;
}

export interface BackupsView {
  items: Backup[];
  /** Null: none are made by themselves. */
  everySeconds: number | null;
  keep: number;
  running: boolean;
  lastSuccessAt: string | null;
  /** The last attempt, if it failed. */
  lastFailure: { at: string; reason: string } | null;
  nextAt: string | null;
}

/** `GET /api/v1/status`: how the daemon itself is. */
export interface DaemonStatus {
  version: string;
  startedAt: string;
  epoch: string;
  seq: number;
  status: string;
  /** Why nothing can be recorded; empty while everything is. */
  reasons: readonly string[];
  /** What somebody should look at all the same. */
  notes: string[];
  backups: Omit<BackupsView, 'items'>;
  /** Oldest first. */
  restores: Restore[];
}

/** `GET /api/v1/verify`: what was found the last time, and how far it is now. */
export interface VerifyView {
  running: boolean;
  /** Entries that were looked at so far. */
  entries: number;
  startedAt: string | null;
  last: VerifyResult | null;
}

export interface VerifyResult {
  at: string;
  seconds: number;
  /** Null: it could not be looked at; `reason` says why. */
  ok: boolean | null;
  reason: string | null;
  organisations: number;
  entries: number;
  records: number;
  /** All there are; the first hundred are listed. */
  count: number;
  differences: { organisation: string | null; table: string; key: readonly (string | number)[]; expected: unknown; found: unknown }[];
}

/** Books that were put in the place of others, and what is not in them. */
export interface Restore {
  at: string;
  /** What was wrong with the data file; null: somebody restored by hand. */
  damage: string | null;
  /** Where the file that was there is now; null: there was none. */
  kept: string | null;
  backup: string;
  /** Up to which number and instant the books go. */
  seq: number;
  until: string | null;
  /** What was last acknowledged, as far as is known: at least so much is missing between. */
  lastSeq: number | null;
  lastAt: string | null;
}
