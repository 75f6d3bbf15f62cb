/** Rows of a file of another system's records, as text and as the naive books take them. */
import { formatInstant } from '../../shared/time.ts';
import { HEADER } from './import.ts';
import type { NaiveRow } from './naive-books.ts';

export interface FileRow {
  usage: string;
  at: number;
  type: string;
  user: string;
  source: string;
  /** Empty: the file does not say. */
  device: string;
}
/** Times as a clock of UTC shows them. */
export const line = ({ usage, at, type, user: who, source, device: named }: FileRow) =>
  [usage, formatInstant(at).slice(0, 19).replace('T', ' '), type, who, source, named].join(',');
export const textOf = (rows: FileRow[]) => `${[`${HEADER},Device`, ...rows.map(line)].join('\n')}\n`;

const kinds: Record<string, NaiveRow['type']> = { 'Refresh Contingency': 'import-refreshed', 'Scheduled Log Off': 'import-logged-off' };
const devices: Record<string, string> = { 'Agent Desktop': 'desktop', 'Paired Device': 'deskphone' };
export const deviceOf = ({ source, device: named }: FileRow): string => named || (devices[source] ?? 'system');
export const naiveRow = (row: FileRow): NaiveRow => ({
  type: kinds[row.source] ?? (row.usage === 'Acquired' ? 'import-acquired' : 'import-released'),
  user: row.user,
  device: deviceOf(row),
  source: row.source,
  at: row.at,
  licences: [row.type],
  ...(row.device !== '' && { named: row.device }),
});
