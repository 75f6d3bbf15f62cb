/** Records of another system, taken over from a storm `Licence Usage` export. */

/**
 * What one row does, one licence each: acquired or released on a device, released by the system on whichever device, or placed
 * anew by it.
 */
export const IMPORTED_KINDS = ['import-acquired', 'import-released', 'import-logged-off', 'import-refreshed'] as const;
export type ImportedKind = (typeof IMPORTED_KINDS)[number];

export const DATE_ORDERS = ['YMD', 'DMY', 'MDY'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

/** So many lines are listed of each kind, the first of the file; the rest is only counted. */
export const LISTED_LINES = 10_000;

/** Physical lines of the file; the header is line 1. */
export interface NormalisedField {
  line: number;
  column: string;
  from: string;
  to: string;
}

export interface LineReason {
  line: number;
  reason: string;
}

/** The answer to `POST .../import`. `rows` is the sum of `recorded`, `duplicates` and all unpaired and refused rows. */
export interface ImportReport {
  rows: number;
  recorded: number;
  normalised: NormalisedField[];
  /** Released without an open holding: not recorded. */
  unpaired: LineReason[];
  refused: LineReason[];
  /** Imported before. */
  duplicates: number;
  /** How many more there are than are listed, where there are. */
  truncated?: { normalised: number; unpaired: number; refused: number };
}

/** How far an import has come. */
export interface ImportProgress {
  phase: 'reading' | 'recording';
  /** Rows read, or worked in. */
  rows: number;
  /** Known once everything is read. */
  of: number | null;
}
