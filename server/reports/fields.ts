/** The data sources of reports, each field described: what it means, and whether it can be filtered by and grouped by. */
import type { Catalogue } from '../../shared/catalogue.ts';
import { POOLS, USAGE_TYPES } from '../../shared/events.ts';
import type { DataSource, Field, FieldType, Metric } from '../../shared/reports.ts';
import { DAYS_OF_WEEK } from './local-time.ts';

interface Traits {
  values?: string[];
  filter?: boolean;
  dimension?: boolean;
}

const BOTH: Traits = { filter: true, dimension: true };
const FILTER: Traits = { filter: true };

const field = (id: string, name: string, type: FieldType, meaning: string, { values, filter, dimension }: Traits = {}): Field => ({
  id,
  name,
  meaning,
  type,
  ...(values && { values }),
  filter: filter ?? false,
  dimension: dimension ?? false,
});
const metric = (id: string, name: string, meaning: string): Metric => ({ id, name, meaning });

export function dataSources(catalogue: Catalogue): DataSource[] {
  const licenceTypes = catalogue.licenceTypes.map(({ name }) => name);
  const logonSources = catalogue.logonSources.map(({ name }) => name);
  return [
    source('licence-usage', 'Licence Usage', usageFields(licenceTypes, logonSources), USAGE_METRICS),
    source('organisation-licence-usage', 'Organisation Licence Usage', levelFields(licenceTypes), LEVEL_METRICS),
  ];
}

function source(id: DataSource['id'], name: string, fields: Field[], metrics: Metric[]): DataSource {
  const dimensions = fields.filter(({ dimension }) => dimension).map((each) => ({ id: each.id, name: each.name }));
  return { id, name, fields, metrics, dimensions };
}

const TIME_FIELDS: Field[] = [
  field('date', 'Date', 'text', "Day of the organisation's local clock, YYYY-MM-DD", BOTH),
  field('hourOfDay', 'Hour of Day', 'number', 'Hour that the local clock shows, 0 to 23', BOTH),
  field('dayOfWeek', 'Day of Week', 'text', 'Local day of the week', { ...BOTH, values: DAYS_OF_WEEK }),
  field('month', 'Month', 'text', 'Local calendar month, YYYY-MM', BOTH),
  field('billingPeriod', 'Billing Period', 'text', 'Billing period, named by the month in which it starts, YYYY-MM', BOTH),
];

const usageFields = (licenceTypes: string[], logonSources: string[]): Field[] => [
  field('organisation', 'Organisation', 'text', 'Id of the organisation'),
  field('usageType', 'Usage Type', 'text', 'Whether the licence was taken or given back', { ...FILTER, values: [...USAGE_TYPES] }),
  field('loggedAt', 'Logged Date Time', 'instant', 'When it was acquired or released'),
  field('licenceType', 'Licence Type', 'text', 'What was acquired or released', { ...BOTH, values: licenceTypes }),
  field('user', 'User', 'text', 'Id of the user', BOTH),
  field('userName', 'User Name', 'text', "The user's name at that instant", FILTER),
  field('group', 'Group', 'text', "The user's group at that instant", BOTH),
  field('userType', 'User Type', 'text', "The user's type at that instant", BOTH),
  field('logonSource', 'Logon Source', 'text', 'The interface through which it happened', { ...BOTH, values: logonSources }),
  field('device', 'Device', 'text', 'Where the user was logged in', BOTH),
  field('session', 'Session', 'text', 'The stay on that device', FILTER),
  field('pool', 'Pool', 'text', 'Where the licence came from; over limit is neither pool', { ...BOTH, values: [...POOLS] }),
  field('inUse', 'In Use', 'number', 'Users holding the licence type after this record'),
  field('heldSeconds', 'Held Seconds', 'seconds', 'How long the licence was held on that device, of a release'),
  field('eventId', 'Event Id', 'text', 'Id that the reporting system gave the event', FILTER),
  field('seq', 'Sequence', 'number', 'Number of the record, in order of recording'),
  field('receivedAt', 'Received At', 'instant', 'When Highwater heard of it'),
  field('flags', 'Flags', 'list', 'What a reader should know of the record'),
  ...TIME_FIELDS,
];

const USAGE_METRICS: Metric[] = [
  metric('acquired', 'Acquired', 'Licences taken, records'),
  metric('released', 'Released', 'Licences given back, records'),
  metric('logins', 'Logins', 'Sessions opened'),
  metric('distinctUsers', 'Distinct Users', 'Different users'),
  metric('distinctDevices', 'Distinct Devices', 'Different pairs of user and device'),
  metric('heldSeconds', 'Held Seconds', 'Sum over the licences given back; a refresh gives none back'),
  metric('avgHeldSeconds', 'Average Held Seconds', 'Mean over the licences given back'),
  metric('longestHeldSeconds', 'Longest Held Seconds', 'The longest of the licences given back'),
  metric('contingencyAcquired', 'Contingency Acquired', 'Licences taken in the contingency (overflow) pool, records'),
  metric('connectionsLost', 'Connections Lost', 'Sessions that ended because the desktop was no longer heard of'),
  metric('forcedLogOffs', 'Forced Log-offs', 'Sessions of soft clients that were ended by force'),
];

const levelFields = (licenceTypes: string[]): Field[] => [
  field('organisation', 'Organisation', 'text', 'Id of the organisation'),
  field('licenceType', 'Licence Type', 'text', 'What is counted', { ...BOTH, values: licenceTypes }),
  field('startDateTime', 'Start Date Time', 'instant', 'Start of five minutes'),
  field('endDateTime', 'End Date Time', 'instant', 'End of five minutes'),
  field('concurrent', 'Concurrent Count', 'number', 'Users in the concurrent pool'),
  field('contingency', 'Contingency Count', 'number', 'Users in the contingency (overflow) pool'),
  ...TIME_FIELDS,
];

const LEVEL_METRICS: Metric[] = [
  metric('avgConcurrent', 'Avg Concurrent Licences', 'Time-weighted mean'),
  metric('highestConcurrent', 'Highest Concurrent Licences', 'Exact maximum, not of samples'),
  metric('lowestConcurrent', 'Lowest Concurrent Licences', 'Exact minimum'),
  metric('avgContingent', 'Avg Contingent Licences', 'Time-weighted mean'),
  metric('highestContingent', 'Highest Contingent Licences', 'Exact maximum, not of samples'),
  metric('lowestContingent', 'Lowest Contingent Licences', 'Exact minimum'),
];
