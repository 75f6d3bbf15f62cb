import type { ImportProgress, ImportReport } from '../../shared/import.ts';
import { type ReadFile, readFile } from '../import/import-file.ts';
import { parseImportQuery } from '../parse/query.ts';
import { negotiate } from './accept.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath, searchOf } from './path.ts';
import { internalProblem, knownProblem, problemBody } from './problem.ts';
import { uploadedFile } from './upload.ts';

const NDJSON = 'application/x-ndjson';
/** Media types under which CSV comes. */
export const CSV = ['text/csv', 'application/csv', 'text/plain', 'application/octet-stream', 'application/vnd.ms-excel'];

/**
 * `POST .../import`: a storm Licence Usage export. It is read to its end before anything of it is recorded. Who accepts NDJSON is
 * told how far it has come: lines `{progress}`, and a last one `{report}` or `{problem}`.
 */
export function importRoutes(app: App, edge: Edge): void {
  const doc = describe(
    'Import a Licence Usage export',
    'CSV as the body, or as the one file of a form. Rows that were imported before are duplicates: the same file twice adds nothing. As NDJSON, lines of progress come before the report.',
    {
      tag: 'Records',
      query: 'import',
      answer: 'import',
      produces: [NDJSON],
      consumes: ['text/csv', 'multipart/form-data'],
      answers: { 200: 'What became of the rows' },
    },
  );
  app.post('/api/v1/organisations/:organisation/import', doc, async (c) => {
    const organisation = nameInPath(c, 'organisation');
    const { incoming } = c.env;
    const media = negotiate(incoming.headers.accept, ['application/json', NDJSON]);
    const { dryRun, timeZone, dateOrder } = parseImportQuery(searchOf(c));
    const { pipeline } = edge.running();
    const upload = uploadedFile(incoming, CSV, edge.config.limits.maxImportBytes);
    const task = {
      pipeline,
      catalogue: edge.config.catalogue,
      now: edge.clock.now(),
      organisation,
      timeZone: timeZone ?? pipeline.committed.organisation(organisation)?.timeZone ?? 'UTC',
      ...(dateOrder !== undefined && { dateOrder }),
      dryRun,
    };
    const file = await readFile(task, upload);
    if (media === NDJSON)
      return new Response(progressStream(edge, file), { headers: { 'Content-Type': NDJSON, 'Cache-Control': 'no-store' } });
    try {
      return json(await file.record());
    } finally {
      await file.dispose();
    }
  });
}

function progressStream(edge: Edge, file: ReadFile): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const tell = (line: { progress: ImportProgress } | { report: ImportReport } | { problem: object }): void =>
        controller.enqueue(Buffer.from(`${JSON.stringify(line)}\n`));
      try {
        tell({ report: await file.record((progress) => tell({ progress })) });
        controller.close();
      } catch (error) {
        const known = knownProblem(error);
        if (!known) edge.log.error({ err: error }, 'an import failed');
        tell({ problem: problemBody(known ?? internalProblem()) });
        controller.close();
      } finally {
        await file.dispose();
      }
    },
  });
}
