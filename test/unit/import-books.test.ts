import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verifyStore } from '../../server/verify/verify.ts';
import type { ImportReport } from '../../shared/import.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { csv, HEADER, importCsv } from '../support/import.ts';

const NOW = Date.parse('2026-11-24T05:00:00Z');
const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}.csv`, import.meta.url), 'utf8');
const day = (time: string) => `2026-11-20 ${time}`;
const A = (time: string, type: string, user = 'edred', source = 'Agent Desktop') => `Acquired,${day(time)},${type},${user},${source}`;
const R = (time: string, type: string, user = 'edred', source = 'Agent Desktop') => `Released,${day(time)},${type},${user},${source}`;

/** The report in short: how many of each, and the lines. */
const short = ({ rows, recorded, duplicates, unpaired, refused }: ImportReport) => ({
  rows,
  recorded,
  duplicates,
  unpaired: unpaired.map(({ line }) => line),
  refused: refused.map(({ line }) => line),
});
const records = (books: TestBooks) =>
  (books.pipeline.committed.records(ORGANISATION, { limit: 1000, order: 'asc' })?.items ?? []).map((record) =>
    [record.loggedAt.slice(11, 19), record.usageType, record.licenceType, record.user, record.device, record.inUse].join(' '),
  );

describe('import', () => {
  it('IMPORT-20 the corrected example gives the numbers of the published one, with nothing to report', async () => {
    const books = await openTestBooks(NOW);
    const report = await importCsv(books, fixture('storm-edred-corrected'));
    expect(report).toEqual({ rows: 6, recorded: 6, normalised: [], unpaired: [], refused: [], duplicates: 0 });
    expect(books.counts()).toEqual({ 'Inbound Agent': [1, 1], 'Agent Calls': [1, 1] });
    expect(books.usage()).toMatchObject({ users: 1, sessions: 1, anomalies: 0 });
    expect(records(books)).toEqual([
      '13:30:28 Acquired Inbound Agent edred desktop 1',
      '13:30:28 Acquired Agent E-mail edred desktop 1',
      '13:34:38 Acquired Inbound Agent edred deskphone 1',
      '13:34:38 Acquired Agent Calls edred deskphone 1',
      '17:04:40 Released Inbound Agent edred desktop 1',
      '17:04:40 Released Agent E-mail edred desktop 0',
    ]);
  });

  it('IMPORT-21 the published example is taken as it is printed, and every change is reported', async () => {
    const books = await openTestBooks(NOW);
    const report = await importCsv(books, fixture('storm-edred-verbatim'));
    expect(short(report)).toEqual({ rows: 6, recorded: 6, duplicates: 0, unpaired: [], refused: [] });
    expect(report.normalised.map(({ line, column, to }) => [line, column, to])).toEqual([
      [2, 'Logged Date Time', '2020-03-06 13:30:28'],
      [3, 'Logged Date Time', '2020-03-02 13:30:28'],
      [3, 'Logon Source', 'Agent Desktop'],
      [4, 'Logged Date Time', '2020-03-06 13:34:38'],
      [5, 'Logged Date Time', '2020-03-02 13:34:38'],
      [6, 'Logged Date Time', '2020-03-06 17:04:40'],
      [7, 'Logged Date Time', '2020-03-06 17:04:40'],
    ]);
    expect(books.counts()).toEqual({ 'Inbound Agent': [1, 1], 'Agent Calls': [1, 1] });
  });

  it('IMPORT-22 the same file twice adds nothing; an organisation that nobody knows is created', async () => {
    const books = await openTestBooks(NOW);
    const text = fixture('storm-edred-corrected');
    await importCsv(books, text, { organisation: 'new' });
    expect(books.pipeline.committed.organisation('new')).toMatchObject({ timeZone: 'UTC', entitlements: {} });
    const before = books.pipeline.committed.records('new', { limit: 100, order: 'asc' });
    await books.restart();
    expect(short(await importCsv(books, text, { organisation: 'new' }))).toEqual({
      rows: 6,
      recorded: 0,
      duplicates: 6,
      unpaired: [],
      refused: [],
    });
    expect(books.pipeline.committed.records('new', { limit: 100, order: 'asc' })).toEqual(before);
  });

  it('IMPORT-23 an acquisition adds to the open session and closes nothing; the session ends with its last holding', async () => {
    const books = await openTestBooks(NOW);
    await importCsv(books, csv(A('08:00:00', 'Agent E-mail'), A('09:00:00', 'Agent SMS'), R('10:00:00', 'Agent E-mail')));
    expect(books.counts()).toEqual({ 'Agent SMS': [1, 1] });
    const [session] = (await books.pipeline.committed.sessions(ORGANISATION, { limit: 10 }))?.items ?? [];
    expect(session).toMatchObject({
      since: '2026-11-20T08:00:00.000Z',
      licences: [{ licenceType: 'Agent SMS', since: '2026-11-20T09:00:00.000Z' }],
    });
    await importCsv(books, csv(R('11:00:00', 'Agent SMS')));
    expect(books.usage()).toMatchObject({ users: 0, sessions: 0 });
  });

  it('IMPORT-24 released without an open holding: unpaired, not recorded; open at the end of the file: fine', async () => {
    const books = await openTestBooks(NOW);
    const report = await importCsv(books, csv(R('08:00:00', 'Agent Calls'), A('09:00:00', 'Agent Calls'), R('10:00:00', 'Agent SMS')));
    expect(short(report)).toEqual({ rows: 3, recorded: 1, duplicates: 0, unpaired: [2, 4], refused: [] });
    expect(report.unpaired[0]?.reason).toMatch(/no open holding of Agent Calls on device desktop/);
    expect(records(books)).toEqual(['09:00:00 Acquired Agent Calls edred desktop 1']);
  });

  it('IMPORT-25 acquired twice without a release: refused, and what a device column could tell is said', async () => {
    const books = await openTestBooks(NOW);
    const report = await importCsv(
      books,
      csv(A('08:00:00', 'Agent Calls', 'u', 'Soft Client'), A('09:00:00', 'Agent Calls', 'u', 'iPath Soft Client')),
    );
    expect(short(report)).toEqual({ rows: 2, recorded: 1, duplicates: 0, unpaired: [], refused: [3] });
    expect(report.refused[0]?.reason).toMatch(/already held on device soft-client.*Device column/);
    const named = `${csv().trim()},Device\n${A('08:00:00', 'Recording', 'u', 'Soft Client')},one\n${A('09:00:00', 'Recording', 'u', 'Soft Client')},two\n`;
    expect(short(await importCsv(books, named))).toMatchObject({ recorded: 2, refused: [] });
  });

  it('IMPORT-26 rows pair by user, device and type, whatever the source of the release', async () => {
    const books = await openTestBooks(NOW);
    const rows = [A('08:00:00', 'Agent E-mail'), A('08:00:01', 'Agent Calls', 'edred', 'PSTN Device')];
    const report = await importCsv(
      books,
      csv(
        ...rows,
        R('09:00:00', 'Agent E-mail', 'edred', 'Agent Desktop Connection Lost'),
        R('09:30:00', 'Agent Calls', 'edred', 'Clear PSTN'),
      ),
    );
    expect(short(report)).toMatchObject({ recorded: 4 });
    expect(books.counts()).toEqual({});
  });

  it('IMPORT-27 rows need not be in order of time; a file that runs backwards does so within an instant', async () => {
    const books = await openTestBooks(NOW);
    const rows = [A('08:00:00', 'Recording'), R('08:00:00', 'Recording'), A('08:00:00', 'Recording'), R('10:00:00', 'Recording')];
    expect(short(await importCsv(books, csv(...rows.toReversed())))).toMatchObject({ recorded: 4 });
    expect(records(books).map((text) => text.slice(0, 17))).toEqual([
      '08:00:00 Acquired',
      '08:00:00 Released',
      '08:00:00 Acquired',
      '10:00:00 Released',
    ]);
    const others = await openTestBooks(NOW);
    const gone = [A('08:00:00', 'Recording'), R('08:00:00', 'Recording'), A('09:00:00', 'Recording')];
    expect(short(await importCsv(others, csv(...gone.toReversed())))).toMatchObject({ recorded: 3, unpaired: [], refused: [] });
  });

  it('IMPORT-28 at one instant the release of what was open makes room for the acquisition, wherever it stands', async () => {
    const books = await openTestBooks(NOW);
    const text = csv(A('08:00:00', 'Recording'), A('09:00:00', 'Recording'), R('09:00:00', 'Recording'), R('08:30:00', 'Agent SMS'));
    expect(short(await importCsv(books, text))).toEqual({ rows: 4, recorded: 3, duplicates: 0, unpaired: [5], refused: [] });
    expect(books.counts()).toEqual({ Recording: [1, 1] });
    expect(short(await importCsv(books, text))).toEqual({ rows: 4, recorded: 0, duplicates: 3, unpaired: [5], refused: [] });
  });

  it('IMPORT-29 the system releases the oldest holding, one a row: two equal rows of one file both count', async () => {
    const books = await openTestBooks(NOW);
    const off = R('23:00:00', 'Inbound Agent', 'edred', 'Scheduled Log Off');
    const text = csv(A('08:00:00', 'Inbound Agent', 'edred', 'Paired Device'), A('09:00:00', 'Inbound Agent'), off, off, off);
    expect(short(await importCsv(books, text))).toEqual({ rows: 5, recorded: 4, duplicates: 0, unpaired: [6], refused: [] });
    expect(records(books).slice(2)).toEqual([
      '23:00:00 Released Inbound Agent edred deskphone 1',
      '23:00:00 Released Inbound Agent edred desktop 0',
    ]);
    expect(short(await importCsv(books, text))).toEqual({ rows: 5, recorded: 0, duplicates: 4, unpaired: [6], refused: [] });
  });

  it('IMPORT-29 but on the device that the file names, where the user holds it: also when something older is known later', async () => {
    const books = await openTestBooks(NOW);
    const off = `${R('23:00:00', 'Inbound Agent', 'edred', 'Scheduled Log Off')}`;
    const phone = A('08:00:00', 'Inbound Agent', 'edred', 'Paired Device');
    const lines = [`${HEADER},Device`, `${A('09:00:00', 'Inbound Agent')},`, `${A('10:00:00', 'Inbound Agent', 'edred', 'CRM')},`];
    await importCsv(books, [...lines, `${off},crm`, `${off},vanished`, ''].join('\n'));
    const released = () => records(books).slice(-2);
    expect(released()).toEqual(['23:00:00 Released Inbound Agent edred crm 1', '23:00:00 Released Inbound Agent edred desktop 0']);
    await importCsv(books, csv(phone));
    expect(released()).toEqual(['23:00:00 Released Inbound Agent edred crm 1', '23:00:00 Released Inbound Agent edred deskphone 1']);
  });

  it('IMPORT-30 a refresh opens and closes nothing', async () => {
    const books = await openTestBooks(NOW);
    const refresh = (usage: string, user: string) => `${usage},2026-11-01 00:00:00,Recording,${user},Refresh Contingency`;
    const text = csv(
      'Acquired,2026-10-31 20:00:00,Recording,a,Soft Client',
      refresh('Released', 'a'),
      refresh('Acquired', 'a'),
      refresh('Released', 'b'),
    );
    expect(short(await importCsv(books, text))).toEqual({ rows: 4, recorded: 3, duplicates: 0, unpaired: [5], refused: [] });
    expect(books.counts()).toEqual({ Recording: [1, 1] });
    expect(short(await importCsv(books, text))).toEqual({ rows: 4, recorded: 0, duplicates: 3, unpaired: [5], refused: [] });
  });

  it('IMPORT-28 a refresh of the instant of a release was before it, wherever it stands', async () => {
    const books = await openTestBooks(NOW);
    const at = (usage: string, source: string) => `${usage},2026-11-01 00:00:00,Recording,a,${source}`;
    const refresh = [at('Released', 'Refresh Contingency'), at('Acquired', 'Refresh Contingency')];
    const text = csv('Acquired,2026-10-31 20:00:00,Recording,a,Soft Client', at('Released', 'Soft Client'), ...refresh);
    expect(short(await importCsv(books, text))).toEqual({ rows: 4, recorded: 4, duplicates: 0, unpaired: [], refused: [] });
    expect(short(await importCsv(books, text))).toEqual({ rows: 4, recorded: 0, duplicates: 4, unpaired: [], refused: [] });
  });

  it('IMPORT-34 what timers did is superseded by what a file brings, and is listed only on request', async () => {
    const books = await openTestBooks(Date.parse('2026-10-31T20:00:00Z'));
    await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 1 } } });
    await books.send({ user: 'b', licences: ['Recording'] });
    await books.passTo(Date.parse('2026-11-02T08:00:00Z'));
    const listed = (superseded: boolean) =>
      (books.pipeline.committed.records(ORGANISATION, { limit: 100, order: 'asc', superseded })?.items ?? []).map((record) =>
        [record.usageType, record.user, record.logonSource, record.pool, ...record.flags].join(' '),
      );
    await importCsv(books, csv('Acquired,2026-10-31 19:00:00,Recording,a,CRM'));
    expect(listed(false).slice(1)).toEqual([
      'Acquired b Agent Desktop contingency',
      'Released b Refresh Contingency contingency',
      'Acquired b Refresh Contingency contingency',
    ]);
    await importCsv(books, csv('Released,2026-10-31 19:30:00,Recording,a,CRM'));
    expect(listed(false).slice(2)).toEqual(['Acquired b Agent Desktop concurrent']);
    expect(listed(true).filter((line) => line.includes('superseded'))).toHaveLength(4);
    expect(verifyStore(books.store).differences).toEqual([]);
  });

  it('IMPORT-31 what was left out beside a row of its own instant is left out again', async () => {
    const books = await openTestBooks(NOW);
    const text = csv(
      R('08:00:00', 'Recording'),
      A('08:00:00', 'Recording'),
      A('09:00:00', 'Agent SMS'),
      A('09:00:00', 'Agent SMS'),
      R('09:00:00', 'Agent SMS'),
    );
    const first = await importCsv(books, text);
    expect(short(first)).toEqual({ rows: 5, recorded: 3, duplicates: 0, unpaired: [2], refused: [5] });
    expect(short(await importCsv(books, text))).toEqual({ rows: 5, recorded: 0, duplicates: 3, unpaired: [2], refused: [5] });
  });

  it('IMPORT-32 a release that came before its acquisition was known is paired when it comes again', async () => {
    const books = await openTestBooks(NOW);
    const end = csv(R('10:00:00', 'Recording'));
    expect(short(await importCsv(books, end))).toMatchObject({ recorded: 0, unpaired: [2] });
    expect(books.pipeline.committed.organisation(ORGANISATION)).toBeUndefined();
    await importCsv(books, csv(A('08:00:00', 'Recording')));
    expect(short(await importCsv(books, end))).toMatchObject({ recorded: 1, unpaired: [] });
    expect(books.counts()).toEqual({});
  });

  it('IMPORT-33 a dry run gives the same report and changes nothing', async () => {
    const books = await openTestBooks(NOW);
    const text = csv(
      R('07:00:00', 'Recording'),
      A('08:00:00', 'Recording'),
      A('08:30:00', 'Recording'),
      R('09:00:00', 'Recording', 'a'),
      A('05:00:00', 'Recording', 'a'),
      'x',
    );
    const dry = await importCsv(books, text, { dryRun: true });
    expect(books.pipeline.committed.organisations()).toEqual([]);
    await books.send({ user: 'a', at: NOW - 1000, licences: ['Recording'] });
    const [usage, seq] = [books.usage(), books.pipeline.committed.seq()];
    expect(await importCsv(books, text, { dryRun: true })).toEqual(dry);
    expect([books.usage(), books.pipeline.committed.seq()]).toEqual([usage, seq]);
    expect(await importCsv(books, text)).toEqual(dry);
    expect(short(await importCsv(books, text, { dryRun: true }))).toEqual(short(await importCsv(books, text)));
  });

  it('IMPORT-34 rows work into books that already know later events: a live login closes what was imported before it', async () => {
    const books = await openTestBooks(NOW);
    await books.settings({ entitlements: { 'Inbound Agent': { concurrent: 1, contingency: 1 } } });
    await books.send(
      { user: 'edred', at: Date.parse('2026-11-20T12:00:00Z'), licences: ['Inbound Agent'] },
      { user: 'b', at: Date.parse('2026-11-20T08:30:00Z'), licences: ['Inbound Agent'] },
    );
    await importCsv(books, csv(A('08:00:00', 'Inbound Agent')));
    expect(records(books)).toEqual([
      '08:00:00 Acquired Inbound Agent edred desktop 1',
      '08:30:00 Acquired Inbound Agent b desktop 2',
      '12:00:00 Released Inbound Agent edred desktop 1',
      '12:00:00 Acquired Inbound Agent edred desktop 2',
    ]);
    expect(books.usage().licences[0]).toMatchObject({ inUse: 2, contingency: { used: 1, maxUsed: 1 } });
  });

  it('IMPORT-39 what a file brings is marked like what comes live, so that its records are counted from near', async () => {
    const live = await openTestBooks(NOW);
    const late = await openTestBooks(NOW);
    const last = { user: 'z', at: Date.parse('2026-11-21T00:00:00Z'), licences: ['Recording'] };
    const rows = Array.from({ length: 1_000 }, (_, i) => {
      const time = `${String(8 + Math.floor(i / 3600)).padStart(2, '0')}:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`;
      return [A(time, 'Recording', `user ${i}`), R(`1${time.slice(1)}`, 'Recording', `user ${i}`)] as const;
    });
    const text = csv(...rows.flat());
    await late.send(last);
    await importCsv(late, text);
    await importCsv(live, text);
    await live.send(last);
    const inUse = (of: TestBooks) =>
      of.pipeline.committed
        .records(ORGANISATION, { limit: 5000, order: 'asc' })
        ?.items.map((record) => [record.loggedAt, record.user, record.inUse]);
    expect(inUse(late)).toEqual(inUse(live));
    expect([...late.store.range('marks', {})].length).toBeGreaterThanOrEqual(6);
    await importCsv(late, csv(A('07:00:00', 'Recording', 'early')));
    await importCsv(live, csv(A('07:00:00', 'Recording', 'early')));
    expect(inUse(late)).toEqual(inUse(live));
    expect(inUse(late)?.at(-1)).toEqual(['2026-11-21T00:00:00.000Z', 'z', 2]);
  });

  it('IMPORT-40 records of one instant get their numbers in the order of the file, whichever of them are worked in late', async () => {
    const books = await openTestBooks(NOW);
    await books.settings({ entitlements: { 'Inbound Agent': { concurrent: 1, contingency: 0 } } });
    const past = (row: string) => row.replace('2026-11', '2026-09');
    await importCsv(
      books,
      csv(
        ...['Inbound Agent', 'Recording'].map((type) => past(A('08:00:00', type, 'full'))),
        ...['Inbound Agent', 'Recording'].map((type) => past(A('09:00:00', type, 'late'))),
        past(A('09:00:00', 'Recording', 'last')),
      ),
    );
    expect(records(books).slice(0, 5)).toEqual([
      '08:00:00 Acquired Inbound Agent full desktop 1',
      '08:00:00 Acquired Recording full desktop 1',
      '09:00:00 Acquired Inbound Agent late desktop 2',
      '09:00:00 Acquired Recording late desktop 2',
      '09:00:00 Acquired Recording last desktop 3',
    ]);
  });

  it('IMPORT-35 local times are those of the organisation, unless another zone is named', async () => {
    const books = await openTestBooks(NOW);
    await books.settings({ timeZone: 'America/New_York' });
    await importCsv(books, csv(A('08:00:00', 'Recording')));
    await importCsv(books, csv(A('08:00:00', 'Agent SMS')), { timeZone: 'Europe/Berlin' });
    expect(records(books).map((text) => text.slice(0, 8))).toEqual(['07:00:00', '13:00:00']);
  });

  it('IMPORT-36 unknown names are taken, flagged and listed', async () => {
    const books = await openTestBooks(NOW);
    await importCsv(books, csv(A('08:00:00', 'Agent Fax', 'edred', 'Pager')));
    const [record] = books.pipeline.committed.records(ORGANISATION, { limit: 1, order: 'asc' })?.items ?? [];
    expect(record).toMatchObject({ device: 'unknown', flags: ['unknown-logon-source', 'unknown-licence-type'] });
    const kinds = (await books.pipeline.committed.anomalies(ORGANISATION, { limit: 9 }))?.items.map((item) => item.kind);
    expect(kinds?.sort()).toEqual(['unknown_licence_type', 'unknown_logon_source']);
  });

  it('IMPORT-37 a file without rows, or without a header, is refused', async () => {
    const books = await openTestBooks(NOW);
    await expect(importCsv(books, '')).rejects.toThrow(/empty/);
    await expect(importCsv(books, csv())).rejects.toThrow(/no rows/);
    await expect(importCsv(books, 'a,b\n1,2\n')).rejects.toThrow(/Usage Type is missing/);
  });

  it('IMPORT-38 of a list that is too long the first lines are given, and the rest is counted', async () => {
    const books = await openTestBooks(NOW);
    const report = await importCsv(books, csv(...Array.from({ length: 20_005 }, () => 'x')));
    expect([report.refused.length, report.refused.at(-1)?.line, report.truncated]).toEqual([
      10_000,
      10_001,
      { normalised: 0, unpaired: 0, refused: 10_005 },
    ]);
  });
});
