import { parseInstant } from '../../shared/time.ts';
import type { RecordView } from '../../shared/views.ts';
import type { RowColumns } from './export-media.ts';

/** storm's five columns as storm writes them, then the exact instant, then what storm does not have: import reads it. */
export const RECORD_COLUMNS: RowColumns<RecordView> = [
  ['Usage Type', (record) => record.usageType],
  ['Logged Date Time', (record, local) => local(parseInstant(record.loggedAt) ?? 0), 'local-time'],
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
