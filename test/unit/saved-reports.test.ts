import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCalendar } from '../../server/licensing/calendar.ts';
import type { Committed } from '../../server/pipeline-types.ts';
import type { SavedReportActions } from '../../server/saved-reports/actions.ts';
import { safeName } from '../../server/saved-reports/files.ts';
import { createReportRunner } from '../../server/saved-reports/runner.ts';
import { lastDue, nextDue, spanOf } from '../../server/saved-reports/schedule.ts';
import type { NamedRange, ReportSchedule, SavedReport } from '../../shared/saved-reports.ts';
import { ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { letPass } from '../support/let-pass.ts';
import { tempDir } from '../support/temp-dir.ts';

const at = (text: string) => Date.parse(text);
const london = createCalendar('Europe/London', 1);
const DAILY: ReportSchedule = { every: 'day', at: '06:00' };

const saved = (more: Partial<SavedReport> = {}): SavedReport => ({
  name: 'Yesterday',
  report: { dataSource: 'licence-usage', metrics: ['acquired'], dimensions: ['licenceType'], filters: [] },
  range: 'yesterday',
  schedule: DAILY,
  format: 'csv',
  keep: 3,
  webhookId: null,
  ...more,
});

describe('saved reports', () => {
  it.each<[string, ReportSchedule, after: string, due: string]>([
    ['the same day', DAILY, '2026-11-24T05:59:59.999Z', '2026-11-24T06:00:00.000Z'],
    ['strictly after', DAILY, '2026-11-24T06:00:00.000Z', '2026-11-25T06:00:00.000Z'],
    ['on the local clock', DAILY, '2026-07-01T04:00:00.000Z', '2026-07-01T05:00:00.000Z'],
    ['in a gap: its end', { every: 'day', at: '01:30' }, '2026-03-28T12:00:00.000Z', '2026-03-29T01:00:00.000Z'],
    ['twice: the first', { every: 'day', at: '01:30' }, '2026-10-24T12:00:00.000Z', '2026-10-25T00:30:00.000Z'],
    ['not the second', { every: 'day', at: '01:30' }, '2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ['a week, Monday unless said', { every: 'week', at: '00:00' }, '2026-11-24T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['a week', { every: 'week', at: '06:00', on: 'tue' }, '2026-11-24T06:00:00.000Z', '2026-12-01T06:00:00.000Z'],
    ['a billing period', { every: 'billing-period', at: '06:00' }, '2026-11-24T00:00:00.000Z', '2026-12-01T06:00:00.000Z'],
    ['of this one still', { every: 'billing-period', at: '06:00' }, '2026-12-01T05:00:00.000Z', '2026-12-01T06:00:00.000Z'],
  ])('SAVED-1 due: %s', (_, schedule, after, due) => {
    expect(new Date(nextDue(london, schedule, at(after))).toISOString()).toBe(due);
    expect(lastDue(london, schedule, at(after), at(due) - 1)).toBeNull();
    expect(lastDue(london, schedule, at(after), at(due))).toBe(at(due));
  });

  it.each<[NamedRange, start: string, end: string]>([
    ['today', '2026-04-03T23:00:00.000Z', '2026-04-04T23:00:00.000Z'],
    ['yesterday', '2026-04-02T23:00:00.000Z', '2026-04-03T23:00:00.000Z'],
    ['last-7-days', '2026-03-28T00:00:00.000Z', '2026-04-03T23:00:00.000Z'],
    ['last-30-days', '2026-03-05T00:00:00.000Z', '2026-04-03T23:00:00.000Z'],
    ['this-month', '2026-03-31T23:00:00.000Z', '2026-04-04T23:00:00.000Z'],
    ['last-month', '2026-03-01T00:00:00.000Z', '2026-03-31T23:00:00.000Z'],
    ['this-billing-period', '2026-03-14T00:00:00.000Z', '2026-04-04T23:00:00.000Z'],
    ['last-billing-period', '2026-02-14T00:00:00.000Z', '2026-03-14T00:00:00.000Z'],
  ])('SAVED-2 %s, a week after the clocks went forward', (range, start, end) => {
    const span = spanOf(createCalendar('Europe/London', 14), range, at('2026-04-04T10:00:00Z'));
    expect([new Date(span.start).toISOString(), new Date(span.end).toISOString()]).toEqual([start, end]);
  });

  const dueTimes = (books: TestBooks, id: string) =>
    books.pipeline.savedReports
      .runs(ORGANISATION, id)
      .map((run) => [new Date(run.dueAt).toISOString().slice(0, 16), run.status, run.trigger]);

  it('SAVED-3 each due instant is one run, over restarts too; of what a downtime missed the last', async () => {
    const books = await openTestBooks(at('2026-11-24T05:00:00Z'));
    await books.settings({ timeZone: 'Europe/London' });
    await books.pipeline.savedReports.put(ORGANISATION, 'daily', saved());
    await books.passTo(at('2026-11-24T06:00:00Z'));
    await books.passTo(at('2026-11-24T06:10:00Z'));
    await books.restart(60_000);
    await books.pipeline.savedReports.put(ORGANISATION, 'daily', saved({ name: 'Another name' }));
    await books.restart(4 * 86_400_000);
    await books.passTo(at('2026-11-29T06:00:00Z'));
    expect(dueTimes(books, 'daily')).toEqual([
      ['2026-11-29T06:00', 'pending', 'schedule'],
      ['2026-11-28T06:00', 'pending', 'schedule'],
      ['2026-11-24T06:00', 'pending', 'schedule'],
    ]);
    await books.settings({ timeZone: 'America/New_York' });
    await books.passTo(at('2026-11-29T11:00:00Z'));
    await books.restart();
    expect(dueTimes(books, 'daily')[0]?.[0]).toBe('2026-11-29T11:00');
    // Found again after a start, each once.
    expect(books.pipeline.savedReports.takeQueued().map(({ n }) => n)).toEqual([1, 2, 3, 4]);
    expect(books.pipeline.savedReports.takeQueued()).toEqual([]);
  });

  it('SAVED-6 nothing is written while no report is due; a time zone that is changed is heeded at once', async () => {
    const books = await openTestBooks(at('2026-11-24T04:50:00Z'));
    await books.settings({ timeZone: 'Europe/London' });
    await books.pipeline.savedReports.put(ORGANISATION, 'daily', saved());
    let commits = 0;
    books.pipeline.onCommit(() => commits++);
    await letPass(books.clock, 5_000);
    expect(commits).toBeLessThanOrEqual(1);
    await books.settings({ timeZone: 'Europe/Berlin' });
    for (const day of [24, 25, 26]) await books.passTo(at(`2026-11-${day}T05:00:00Z`));
    expect(dueTimes(books, 'daily').map(([due]) => due)).toEqual(['2026-11-26T05:00', '2026-11-25T05:00', '2026-11-24T05:00']);
  });

  it('SAVED-4 a run writes one whole file, tells its webhook in the same transaction, and only the newest are kept', async () => {
    const directory = tempDir();
    onTestFinished(directory.remove);
    const books = await openTestBooks(at('2026-11-23T09:00:00Z'));
    await books.settings({ timeZone: 'Europe/London' });
    await books.send({ user: 'a', licences: ['Recording'] });
    const { savedReports: actions, committed, alerts } = books.pipeline;
    const receiver = { id: 'ops', url: 'https://x.example', format: 'standard', events: ['peak.new'], enabled: true };
    await alerts.putWebhook(ORGANISATION, receiver as never, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const errors: string[] = [];
    const log = { error: (_: object, message: string) => errors.push(message) };
    const runner = createReportRunner({ clock: books.clock, directory: directory.path, committed, actions, log });
    let news = 0;
    books.pipeline.onCommit((commit) => {
      runner.take(actions.takeQueued());
      news += commit.queued.filter(({ type }) => type === 'report.ready').length;
    });
    await actions.put(ORGANISATION, 'daily/../x', saved({ keep: 2, webhookId: 'ops' }));
    const finished = () =>
      new Promise<void>((resolve) => {
        const stop = books.pipeline.onCommit(() => {
          if (actions.runs(ORGANISATION, 'daily/../x').some(({ status }) => status === 'pending')) return;
          stop();
          resolve();
        });
      });
    for (const day of ['24', '25', '26']) {
      const over = finished();
      books.clock.advanceTo(at(`2026-11-${day}T06:00:00Z`));
      await books.pipeline.ingest([]);
      await over;
    }
    const runs = actions.runs(ORGANISATION, 'daily/../x');
    expect(runs.map(({ n, status, rows, error }) => [n, status, rows, error])).toEqual([
      [3, 'done', 0, null],
      [2, 'done', 0, null],
    ]);
    // The webhook is named by the report: its own choice of news does not matter.
    expect([news, errors]).toEqual([3, []]);
    await runner.close();
    expect(readdirSync(directory.path, { recursive: true, encoding: 'utf8' }).sort()).toEqual([
      '129',
      '129/daily%2F%2E%2E%2Fx',
      '129/daily%2F%2E%2E%2Fx/2026-11-24-run-2.csv',
      '129/daily%2F%2E%2E%2Fx/2026-11-25-run-3.csv',
    ]);
  });

  it("SAVED-4 a run whose end cannot be written down is not made again; its file has the date of the organisation's day", async () => {
    const directory = tempDir();
    onTestFinished(directory.remove);
    const books = await openTestBooks(at('2026-11-23T09:00:00Z'));
    await books.settings({ timeZone: 'Asia/Tokyo' });
    const { savedReports: kept, committed } = books.pipeline;
    await kept.put(ORGANISATION, 'daily', saved());
    await books.passTo(at('2026-11-23T21:00:00Z'));
    let made = 0;
    let left = 2;
    let tried: () => void = () => {};
    const counting: Committed = {
      ...committed,
      reports(id) {
        made++;
        return committed.reports(id);
      },
    };
    const actions: SavedReportActions = {
      ...kept,
      async finish(run, outcome) {
        setImmediate(() => tried());
        if (left-- > 0) throw new Error('the disk is full');
        return kept.finish(run, outcome);
      },
    };
    const runner = createReportRunner({ clock: books.clock, directory: directory.path, committed: counting, actions, log: { error() {} } });
    for (const first of [true, false, false]) {
      const over = new Promise<void>((resolve) => {
        tried = resolve;
      });
      if (first) runner.take(kept.takeQueued());
      else books.clock.advanceTo(books.clock.now() + 5_000);
      await over;
    }
    await runner.close();
    expect([made, left]).toEqual([1, -1]);
    expect(kept.runs(ORGANISATION, 'daily')).toMatchObject([{ status: 'done', file: '129/daily/2026-11-23-run-1.csv' }]);
  });

  it('SAVED-5 files have safe names, different ones for different ids', () => {
    const ids = ['..', '.', 'a/b', 'a\\b', 'con.csv', 'Zoë 👩', '-rf', '%2F', 'x'.repeat(128), '👩'.repeat(127), '👩'.repeat(128)];
    const names = ids.map(safeName);
    expect(new Set(names).size).toBe(ids.length);
    for (const name of names) expect(name).toMatch(/^[\w%-]{1,120}$/);
  });
});
