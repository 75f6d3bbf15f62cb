import type { FiguresReport } from '../../shared/vendor-figures.ts';
import { FigureGatherer, type FiguresTask, keepFigures, takeFiguresFile } from '../import/figures-file.ts';
import { createCalendar } from '../licensing/calendar.ts';
import { parseComparisonQuery } from '../parse/billing-query.ts';
import { parseDeleteFiguresQuery, parseFigures, parseFiguresQuery, parseGiveFiguresQuery } from '../parse/vendor-figures.ts';
import { mediaType, readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { CSV } from './import.ts';
import { searchOf } from './path.ts';
import { HttpProblem, unknownOrganisation } from './problem.ts';
import { uploadedFile } from './upload.ts';

const FIGURES = '/api/v1/organisations/:organisation/vendor-figures';

/** A vendor's or storm's own figures: given, listed, removed, and compared with ours. */
export function vendorFigureRoutes(app: App, edge: Edge): void {
  const committed = () => edge.running().pipeline.committed;

  const give = describe(
    "Give a vendor's figures",
    "Per day (`2026-10-31`) or month (`2026-10`, the billing period of that name) and licence type: a JSON list, CSV with the columns Date, Licence Type, Peak, or storm's Organisation Licence Usage rows, of which the highest of each day is kept. A figure of the same source, day or month, and type is replaced. Nothing of the books depends on them.",
    {
      tag: 'Reports',
      query: 'giveFigures',
      body: 'figures',
      answer: 'figuresReport',
      consumes: ['text/csv', 'multipart/form-data'],
      answers: { 200: 'What became of the rows' },
    },
  );
  app.post(FIGURES, give, async (c) => {
    const organisation = existingOrganisation(c, edge);
    const query = parseGiveFiguresQuery(searchOf(c));
    const task = taskOf(edge, organisation, query);
    const { incoming } = c.env;
    if (mediaType(incoming) === 'application/json') {
      const figures = parseFigures(await readJson(c.env, edge));
      const gatherer = new FigureGatherer();
      for (const [index, figure] of figures.entries()) gatherer.add(index, 'day', figure);
      return json(await keepFigures(task, 'day', gatherer));
    }
    const report: FiguresReport = await takeFiguresFile(task, uploadedFile(incoming, CSV, edge.config.limits.maxImportBytes));
    return json(report);
  });

  const list = describe(
    "A vendor's figures",
    'By source, day and licence type. `from` and `to` are days, `to` exclusive; a month counts as its first day.',
    {
      tag: 'Reports',
      query: 'figures',
      answer: 'figures',
    },
  );
  app.get(FIGURES, list, (c) => json(committed().vendorFigures(existingOrganisation(c, edge), parseFiguresQuery(searchOf(c)))));

  const remove = describe("Remove a vendor's figures", 'Those of a source, all or of some days.', {
    tag: 'Reports',
    query: 'deleteFigures',
    answer: 'figuresDeleted',
  });
  app.delete(FIGURES, remove, async (c) => {
    const organisation = existingOrganisation(c, edge);
    const range = parseDeleteFiguresQuery(searchOf(c));
    let deleted = 0;
    for (let some = -1; some !== 0; deleted += some) some = await edge.running().pipeline.deleteFigures(organisation, range);
    return json({ deleted });
  });

  const compare = describe(
    "A vendor's figures beside ours",
    'Of the month, and day by day, type by type: theirs, ours under each billing rule, the difference, and its likely cause. Default: the running period, and the first of the sources; `sources` names all that have given figures of it.',
    { tag: 'Reports', query: 'comparison', answer: 'comparison' },
  );
  app.get('/api/v1/organisations/:organisation/billing/comparison', compare, async (c) => {
    const organisation = existingOrganisation(c, edge);
    const { period, source } = parseComparisonQuery(searchOf(c));
    const reports = committed().reports(organisation);
    if (!reports) throw unknownOrganisation(organisation);
    const sources = reports.figureSources(period);
    if (!sources) throw refusedQuery('This billing period has not begun.', 'period', 'has not begun');
    if (source !== undefined && !sources.includes(source))
      throw refusedQuery(
        `No figures of this source are known in the period.`,
        'source',
        `must be one of ${sources.join(', ') || 'none: no figures were given'}`,
      );
    const compared = await reports.compare(period, source ?? sources[0] ?? null);
    if (compared === 'records-gone')
      throw new HttpProblem(409, 'records_gone', 'Of this period only the bill is kept: there are no days to compare with.');
    return json(compared);
  });
}

const refusedQuery = (detail: string, path: string, message: string): HttpProblem =>
  new HttpProblem(400, 'invalid_query', detail, { errors: [{ path, message }] });

function taskOf(edge: Edge, organisation: string, query: ReturnType<typeof parseGiveFiguresQuery>): FiguresTask {
  const { pipeline } = edge.running();
  const settings = pipeline.committed.organisation(organisation);
  if (!settings) throw unknownOrganisation(organisation);
  const { timeZone, billingPeriodStartDay, name } = settings;
  const calendar = createCalendar(timeZone, billingPeriodStartDay);
  const { source, dateOrder, dryRun, timeZone: zoneOfFile = timeZone } = query;
  return {
    pipeline,
    catalogue: edge.config.catalogue,
    organisation,
    calledAs: [organisation, name],
    source,
    timeZone: zoneOfFile,
    ...(dateOrder !== undefined && { dateOrder }),
    dateAt: (at) => calendar.localDateTime(at).slice(0, 10),
    periodOf: (date) => calendar.billingPeriod(calendar.midnight(date)).name,
    dryRun,
  };
}
