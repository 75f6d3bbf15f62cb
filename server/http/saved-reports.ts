import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReportFileFormat, SavedReportView } from '../../shared/saved-reports.ts';
import { formatInstant } from '../../shared/time.ts';
import { createCalendar } from '../licensing/calendar.ts';
import { parseRunQuery, parseSavedReport } from '../parse/saved-report.ts';
import { dataSources } from '../reports/fields.ts';
import { type KeptReport, runView } from '../saved-reports/desk.ts';
import { removeFiles, reportsDirectory } from '../saved-reports/files.ts';
import { queryOf } from '../saved-reports/runner.ts';
import { nextDue } from '../saved-reports/schedule.ts';
import { bearerToken } from './auth.ts';
import { readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { MEDIA, REPORT_EXPORTS, reportMedia } from './export-media.ts';
import { nameInPath, searchOf } from './path.ts';
import { HttpProblem } from './problem.ts';
import { answerReport } from './reports.ts';

const ALL = '/api/v1/organisations/:organisation/saved-reports';
const ONE = `${ALL}/:report`;

/** Reports under a name: made when asked for, or by themselves at set times into files and to webhooks. */
export function savedReportRoutes(app: App, edge: Edge): void {
  const tag = 'Reports';
  const sources = dataSources(edge.config.catalogue);
  const directory = reportsDirectory(edge.config);
  const saved = () => edge.running().pipeline.savedReports;
  const keptReport = (organisation: string, id: string): KeptReport => {
    const kept = saved().get(organisation, id);
    if (kept) return kept;
    throw new HttpProblem(404, 'unknown_saved_report', `There is no saved report ${JSON.stringify(id)} here.`);
  };
  const view = (organisation: string, id: string, { doneTo, ...kept }: KeptReport): SavedReportView => {
    const { timeZone = 'UTC', billingPeriodStartDay = 1 } = edge.running().pipeline.committed.organisation(organisation) ?? {};
    const due = kept.schedule && nextDue(createCalendar(timeZone, billingPeriodStartDay), kept.schedule, doneTo);
    return { id, ...kept, nextRunAt: due === null ? null : formatInstant(due) };
  };

  app.get(ALL, describe('List the saved reports', '', { tag, answer: 'savedReports' }), (c) => {
    const organisation = existingOrganisation(c, edge);
    return json({
      items: saved()
        .list(organisation)
        .map(({ id, kept }) => view(organisation, id, kept)),
    });
  });

  app.get(ONE, describe('A saved report', '', { tag, answer: 'savedReport' }), (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'report')];
    return json(view(organisation, id, keptReport(organisation, id)));
  });

  const put = describe(
    'Save a report',
    'What is asked, over a range that moves along. With a schedule it is made by itself on the local clock: a file is written, and the webhook hears `report.ready`. Of several times that were missed one is made up for.',
    { tag, body: 'savedReport', answer: 'savedReport' },
  );
  app.put(ONE, put, async (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'report')];
    const body = await readJson(c.env, edge);
    const { alerts } = edge.running().pipeline;
    const given = parseSavedReport(id, body, sources, (webhook) => alerts.shown.webhook(organisation, webhook) !== undefined);
    await saved().put(organisation, id, given);
    return json(view(organisation, id, keptReport(organisation, id)));
  });

  app.delete(ONE, describe('Remove a saved report', 'Its files go with it.', { tag, answers: { 204: 'Removed' } }), async (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'report')];
    keptReport(organisation, id);
    await removeFiles(directory, (await saved().remove(organisation, id)) ?? []);
    return c.body(null, 204);
  });

  const run = describe(
    'Make a saved report',
    'The answer is that of `POST .../reports`. With `deliver=true` it is made as its schedule would: a file, the webhook, an entry among its runs.',
    {
      tag,
      query: 'run',
      answer: 'report',
      otherAnswers: { 202: 'reportRun' },
      produces: REPORT_EXPORTS,
      answers: { 200: 'The report', 202: 'Begun, with `deliver=true`', 413: 'Too many rows' },
    },
  );
  app.post(`${ONE}/run`, run, async (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'report')];
    const { deliver, format, escapeFormulas = true } = parseRunQuery(searchOf(c));
    const kept = keptReport(organisation, id);
    if (deliver) {
      // It writes a file and tells a receiver: more than to read.
      edge.auth.authorise(bearerToken(c.req.header('authorization')), 'operate');
      const begun = await saved().request(organisation, id);
      if (begun) return json(runView(begun), 202);
    }
    const query = queryOf(edge.running().pipeline.committed, organisation, kept, edge.clock.now());
    return answerReport(edge, organisation, query, reportMedia(c.env.incoming, format), escapeFormulas);
  });

  app.get(
    `${ONE}/runs`,
    describe('The runs of a saved report', 'The newest first, as many as are kept.', { tag, answer: 'reportRuns' }),
    (c) => {
      const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'report')];
      keptReport(organisation, id);
      return json({ items: saved().runs(organisation, id).map(runView) });
    },
  );

  const file = describe('The file of a run', '', { tag, answer: 'report', produces: [MEDIA.csv, MEDIA.xlsx] });
  app.get(`${ONE}/runs/:run/file`, file, async (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'report')];
    keptReport(organisation, id);
    const n = Number(c.req.param('run'));
    const found = Number.isSafeInteger(n) ? saved().run(organisation, id, n)?.file : null;
    const path = found && join(directory, found);
    const size = path
      ? await stat(path).then(
          ({ size: bytes }) => bytes,
          () => null,
        )
      : null;
    if (!path || size === null) throw new HttpProblem(404, 'unknown_report_run', 'There is no such run, or it has no file (any more).');
    return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream, {
      headers: {
        'Content-Type': MEDIA[extname(path).slice(1) as ReportFileFormat],
        'Content-Length': String(size),
        'Content-Disposition': `attachment; filename="${basename(path)}"`,
        'Cache-Control': 'no-store',
      },
    });
  });
}
