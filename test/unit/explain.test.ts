import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../server/cli/explain.ts';
import { explainText } from '../../server/cli/explain-text.ts';
import { importText } from '../../server/cli/import-text.ts';
import { readHolders, readSessions } from '../../server/reports/sessions.ts';
import type { HolderView } from '../../shared/views.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';
import { csv, importCsv } from '../support/import.ts';

const NOW = Date.parse('2026-11-24T05:00:00Z');

describe('explain', () => {
  it('EXPLAIN-1 every count is broken into users, each with all devices, however the holdings came', async () => {
    const books = await openTestBooks(NOW);
    await books.settings({ entitlements: { 'Inbound Agent': { concurrent: 1, contingency: 5 } } });
    await books.send({ user: 'b', at: NOW - 3000, licences: ['Inbound Agent'], leaseMs: 60_000 });
    await importCsv(
      books,
      csv(
        'Acquired,2026-11-24 04:00:00,Inbound Agent,edred,Agent Desktop',
        'Acquired,2026-11-24 04:30:00,Inbound Agent,edred,Paired Device',
      ),
    );
    const holders: HolderView[] = [];
    for await (const piece of books.pipeline.committed.holders(ORGANISATION, 'Inbound Agent') ?? []) holders.push(...piece);
    const [row] = books.usage().licences;
    expect([row?.inUse, row?.holdings]).toEqual([holders.length, holders.flatMap(({ devices }) => devices).length]);
    expect(holders).toMatchObject([
      {
        user: 'edred',
        pool: 'concurrent',
        since: '2026-11-24T04:00:00.000Z',
        devices: [
          { device: 'deskphone', since: '2026-11-24T04:30:00.000Z' },
          { device: 'desktop', since: '2026-11-24T04:00:00.000Z' },
        ],
        freedBy: 'logout from deskphone; and logout from desktop',
      },
      { user: 'b', pool: 'contingency', devices: [{ device: 'desktop', leaseEndsAt: '2026-11-24T05:00:57.000Z' }] },
    ]);
  });

  it('EXPLAIN-3 holders, and sessions of which few are asked for, are read in small pieces, and all of them are there, in order', async () => {
    const books = await openTestBooks(NOW);
    const many = 5_000;
    const logins = Array.from({ length: many }, (_, n) => ({ user: `u${n}`, at: NOW - 1 - (n % 7), licences: ['Recording'] }));
    await books.send(...logins, { user: 'rare', logonSource: 'CRM', licences: ['Agent SMS'] });
    const { store } = books;
    const pieces = [...readHolders(store, ORGANISATION, 'Recording', [], NOW)];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(256);
    // Rests while sessions are gone through, while they are sorted, and then the pieces themselves.
    expect(pieces.filter(({ length }) => length === 0).length).toBeGreaterThanOrEqual(Math.floor(many / 1_024) + 2);
    const found = pieces.flat().map(({ since, user }) => ({ since: Date.parse(since), user }));
    const expected = logins.map(({ user, at }) => ({ since: at, user })).sort((a, b) => a.since - b.since || (a.user < b.user ? -1 : 1));
    expect(found).toEqual(expected);
    expect([...readHolders(store, ORGANISATION, 'Conferencing', [], NOW)].flat()).toEqual([]);

    const search = readSessions(store, ORGANISATION, { limit: 10, logonSource: 'CRM' }, null);
    let rests = 0;
    let step = search.next();
    for (; !step.done; step = search.next()) rests++;
    expect(rests).toBeGreaterThanOrEqual(Math.floor(many / 1_024));
    expect(step.value).toMatchObject({ items: [{ user: 'rare' }], nextCursor: null });
  });

  it('EXPLAIN-2 the command shows a line for every device, and what would free the licence', () => {
    const device = (name: string, logonSource: string) => ({
      device: name,
      session: '1',
      logonSource,
      since: '2026-11-24T04:00:00.000Z',
      lastHeardAt: '2026-11-24T04:00:00.000Z',
      leaseEndsAt: null,
    });
    const explanation: Explanation = {
      organisation: '129',
      asOf: '2026-11-24T05:00:00.000Z',
      licences: [
        {
          licenceType: 'Inbound Agent',
          inUse: 2,
          holdings: 3,
          holders: [
            {
              user: 'edred',
              userName: 'Edred',
              pool: 'contingency',
              since: '2026-11-24T04:00:00.000Z',
              devices: [device('desktop', 'Agent Desktop'), device('deskphone', 'Paired Device')],
              freedBy: 'logout from desktop; and logout from deskphone',
            },
            {
              user: 'b',
              userName: null,
              pool: 'over-limit',
              since: '2026-11-24T04:00:00.000Z',
              devices: [device('crm', 'CRM')],
              freedBy: 'logout from crm',
            },
          ],
        },
        { licenceType: 'Recording', inUse: 0, holdings: 0, holders: [] },
      ],
    };
    expect(explainText(explanation).split('\n')).toEqual([
      'Organisation 129, 2026-11-24T05:00:00.000Z',
      '',
      'Inbound Agent: 2 in use, 3 holdings',
      '  USER           POOL                    DEVICE     LOGON SOURCE   SINCE',
      '  edred (Edred)  contingency (overflow)  desktop    Agent Desktop  2026-11-24T04:00:00.000Z',
      '                                         deskphone  Paired Device  2026-11-24T04:00:00.000Z',
      '                 freed by: logout from desktop; and logout from deskphone',
      '  b              over-limit              crm        CRM            2026-11-24T04:00:00.000Z',
      '                 freed by: logout from crm',
      '',
      'Recording: 0 in use, 0 holdings',
      '',
    ]);
    expect(explainText({ organisation: '1', asOf: 'now', licences: [] })).toContain('No licence is in use.');
  });

  it('IMPORT-72 the report for people: sums first, then line by line', () => {
    const report = {
      rows: 5,
      recorded: 1,
      duplicates: 1,
      normalised: [{ line: 3, column: 'Logon Source', from: 'Agent Desktop#', to: 'Agent Desktop' }],
      unpaired: [{ line: 4, reason: 'no open holding' }],
      refused: [{ line: 5, reason: 'is no row' }],
      truncated: { normalised: 0, unpaired: 0, refused: 1 },
    };
    expect(importText(report, true).split('\n')).toEqual([
      'Dry run, nothing was changed. 5 rows: 1 would be recorded, 1 imported before, 1 unpaired, 2 refused.',
      'Normalised:',
      '  line 3: Logon Source: "Agent Desktop#" read as "Agent Desktop"',
      'Unpaired:',
      '  line 4: no open holding',
      'Refused:',
      '  line 5: is no row',
      '  and 1 more',
      '',
    ]);
  });
});
