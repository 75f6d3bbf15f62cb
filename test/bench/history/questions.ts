/** Questions of a manager over thirteen months of the largest centre, put to Highwater over HTTP and to SQLite in its own process. */
import { FROM, LARGEST, RARE, TO } from './traffic.ts';

export interface Question {
  title: string;
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  sql: string;
  params: (string | number)[];
}

const O = `/api/v1/organisations/${LARGEST}`;
const RANGE = `from=${new Date(FROM).toISOString()}&to=${new Date(TO).toISOString()}`;
const LAST_MONTH = Date.parse('2026-10-01T00:00:00Z');
const PAGE = 1_000;
const SOME_USER = 'agent.3';

const columns = `seq, org, usage_type, logged_at, received_at, licence_type, user, user_name, "group", user_type, logon_source, device, session, pool, in_use, held_seconds, event_id, flags`;

const records = (title: string, filter: Record<string, string>, where: string, params: string[], order = 'asc'): Question => ({
  title,
  method: 'GET',
  path: `${O}/records?${RANGE}&limit=${PAGE}&order=${order}&${new URLSearchParams(filter)}`,
  sql: `select ${columns} from records where org = ? and logged_at >= ? and logged_at < ?${where} order by logged_at ${order}, seq ${order} limit ${PAGE}`,
  params: [LARGEST, FROM, TO, ...params],
});

const report = (title: string, body: object, select: string, where: string, params: string[], group: string): Question => ({
  title,
  method: 'POST',
  path: `${O}/reports`,
  body: { filters: [], ...body, from: new Date(FROM).toISOString(), to: new Date(TO).toISOString() },
  sql: `select ${select} from records where org = ? and logged_at >= ? and logged_at < ?${where} group by ${group}`,
  params: [LARGEST, FROM, TO, ...params],
});

const MONTH = `strftime('%Y-%m', logged_at / 1000, 'unixepoch', 'localtime')`;
const DAY = `date(logged_at / 1000, 'unixepoch', 'localtime')`;
const USAGE = { dataSource: 'licence-usage' };

export const QUESTIONS: Question[] = [
  records('the newest 1,000 records', {}, '', [], 'desc'),
  records('one user, a page', { user: SOME_USER }, ' and user = ?', [SOME_USER]),
  records('a user who comes once in five weeks', { user: RARE.user }, ' and user = ?', [RARE.user]),
  records('a licence type as rare', { licenceType: RARE.licenceType }, ' and licence_type = ?', [RARE.licenceType]),
  records('a logon source as rare', { logonSource: RARE.logonSource }, ' and logon_source = ?', [RARE.logonSource]),
  {
    title: 'a month of records as NDJSON',
    method: 'GET',
    path: `${O}/records?from=${new Date(LAST_MONTH).toISOString()}&to=${new Date(TO).toISOString()}&format=ndjson`,
    sql: `select ${columns} from records where org = ? and logged_at >= ? and logged_at < ? order by logged_at, seq`,
    params: [LARGEST, LAST_MONTH, TO],
  },
  report(
    'report: acquisitions and users by type and month',
    { ...USAGE, metrics: ['acquired', 'distinctUsers'], dimensions: ['licenceType', 'month'] },
    `licence_type, ${MONTH}, sum(usage_type = 'Acquired'), count(distinct user)`,
    '',
    [],
    `licence_type, ${MONTH}`,
  ),
  report(
    'report: held time of one user by month',
    { ...USAGE, metrics: ['heldSeconds', 'longestHeldSeconds'], dimensions: ['month'], filters: [{ field: 'user', in: [SOME_USER] }] },
    `${MONTH}, sum(held_seconds), max(held_seconds)`,
    ' and user = ?',
    [SOME_USER],
    MONTH,
  ),
  {
    title: 'highest and lowest level of every day and type (SQLite: of records, levels carried in left out)',
    method: 'GET',
    path: `${O}/history?${RANGE}&resolution=1d`,
    sql: `select ${DAY}, licence_type, min(in_use), max(in_use) from records where org = ? and logged_at >= ? and logged_at < ? group by 1, 2`,
    params: [LARGEST, FROM, TO],
  },
  {
    title: 'the same of every billing period',
    method: 'GET',
    path: `${O}/history?${RANGE}&resolution=billing`,
    sql: `select ${MONTH}, licence_type, min(in_use), max(in_use) from records where org = ? and logged_at >= ? and logged_at < ? group by 1, 2`,
    params: [LARGEST, FROM, TO],
  },
  {
    title: 'the bill of a month under five rules, with receipts (SQLite: the highest level alone)',
    method: 'GET',
    path: `${O}/billing?period=2026-10`,
    sql: `select licence_type, max(in_use) from records where org = ? and logged_at >= ? and logged_at < ? group by 1`,
    params: [LARGEST, LAST_MONTH, TO],
  },
];
