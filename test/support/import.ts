/** An import through the real line, without HTTP. */
import { type ImportTask, readFile } from '../../server/import/import-file.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import type { ImportReport } from '../../shared/import.ts';
import { ORGANISATION, type TestBooks } from './books.ts';

export const HEADER = 'Usage Type,Logged Date Time,Licence Type,User,Logon Source';

/** `text` may lack the header; several strings are chunks of one file. */
export async function importCsv(
  books: TestBooks,
  text: string | string[],
  options: Partial<Pick<ImportTask, 'dateOrder' | 'dryRun' | 'timeZone' | 'organisation'>> = {},
): Promise<ImportReport> {
  const chunks = typeof text === 'string' ? [text] : text;
  async function* bytes() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const organisation = options.organisation ?? ORGANISATION;
  const file = await readFile(
    {
      pipeline: books.pipeline,
      catalogue: BUILT_IN_CATALOGUE,
      now: books.clock.now(),
      organisation,
      timeZone: books.pipeline.committed.organisation(organisation)?.timeZone ?? 'UTC',
      dryRun: false,
      ...options,
    },
    bytes(),
  );
  try {
    return await file.record();
  } finally {
    await file.dispose();
  }
}

/** Lines below storm's header. */
export const csv = (...rows: string[]): string => `${[HEADER, ...rows].join('\n')}\n`;
