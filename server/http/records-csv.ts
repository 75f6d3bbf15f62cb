import { parseInstant } from '../../shared/time.ts';
import type { RecordView } from '../../shared/views.ts';
import { type CsvCell, csvLine } from './csv.ts';
import { localTimeWriter } from './local-time.ts';

/** storm's five columns as storm writes them, then the exact instant, then what storm does not have. */
const COLUMNS: [header: string, cell: (record: RecordView, local: string) => CsvCell][] = [
  ['Usage Type', (record) => record.usageType],
  ['Logged Date Time', (_, local) => local],
  ['Licence Type', (record) => record.licenceType],
  ['User', (record) => record.user],
  ['Logon Source', (record) => record.logonSource],
  ['Logged At (UTC)', (record) => record.loggedAt],
  ['Sequence', (record) => record.seq],
  ['Organisation', (record) => record.organisation],
  ['User Name', (record) => record.userName],
  ['Group', (record) => record.group],
  ['User Type', (record) => record.userType],
  ['Device', (record) => record.device],
  ['Session', (record) => record.session],
  ['Pool', (record) => record.pool],
  ['In Use', (record) => record.inUse],
  ['Held Seconds', (record) => record.heldSeconds],
  ['Received At (UTC)', (record) => record.receivedAt],
  ['Event Id', (record) => record.eventId],
  ['Flags', (record) => record.flags.join(' ')],
];

export const CSV_HEADER = csvLine(COLUMNS.map(([header]) => header));

/** Lines of CSV (RFC 4180), one a record. Names are written as they are: an export can be imported again. */
export function csvWriter(timeZone: string): (record: RecordView) => string {
  const localTime = localTimeWriter(timeZone);
  return (record) => {
    const local = localTime(parseInstant(record.loggedAt) ?? 0);
    return csvLine(COLUMNS.map(([, cell]) => cell(record, local)));
  };
}
