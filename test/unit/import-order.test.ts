import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from '../../server/formats/csv.ts';
import { localTimeWriter } from '../../server/http/local-time.ts';
import { RECORD_COLUMNS } from '../../server/http/record-columns.ts';
import { rowBatches, sameInstant } from '../../server/import/row-batches.ts';
import type { ReadRow } from '../../server/parse/import-row.ts';
import { verifyStore } from '../../server/verify/verify.ts';
import type { ImportReport } from '../../shared/import.ts';
import { formatInstant } from '../../shared/time.ts';
import { type EventInput, ORGANISATION, openTestBooks, type TestBooks } from '../support/books.ts';
import { compareBooks } from '../support/compare-books.ts';
import { deviceOf, type FileRow, line, naiveRow, textOf } from '../support/file-rows.ts';
import { importCsv } from '../support/import.ts';
import { type NaiveEvent, type NaiveInput, type NaiveSettings, naiveBooks } from '../support/naive-books.ts';

const START = Date.parse('2026-10-30T20:00:00Z');
const END = Date.parse('2026-11-02T08:00:00Z');
const TYPES = ['Recording', 'Agent Calls'];
const runs = Number(process.env['HIGHWATER_RUNS'] ?? 100);
const seed = Number(process.env['HIGHWATER_SEED'] ?? Date.now() % 1_000_000);
const replay = `HIGHWATER_SEED=${seed} HIGHWATER_RUNS=${runs} npx vitest run --project unit test/unit/import-order.test.ts`;

const instant = fc.oneof(
  fc.integer({ min: 0, max: (END - START) / 1_800_000 }).map((n) => START + n * 1_800_000),
  fc.integer({ min: START / 1000, max: END / 1000 }).map((n) => n * 1000),
);
const user = fc.constantFrom('a', 'b', 'c');

const device = fc.constantFrom('', '', 'desktop', 'deskphone');
const fileRow: fc.Arbitrary<FileRow> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      usage: fc.constantFrom('Acquired', 'Released'),
      at: instant,
      type: fc.constantFrom(...TYPES),
      user,
      source: fc.constantFrom('Agent Desktop', 'Paired Device'),
      device,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      usage: fc.constant('Released'),
      at: instant,
      type: fc.constantFrom(...TYPES),
      user,
      source: fc.constant('Scheduled Log Off'),
      device,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      usage: fc.constantFrom('Acquired', 'Released'),
      at: instant,
      type: fc.constantFrom(...TYPES),
      user,
      source: fc.constant('Refresh Contingency'),
      device,
    }),
  },
);
const oneEach = (rows: FileRow[]) => [...new Map(rows.map((row) => [[row.user, row.type, row.at].join(), row])).values()];
const file = fc.array(fileRow, { minLength: 1, maxLength: 14 });
const event: fc.Arbitrary<NaiveEvent> = fc
  .record(
    {
      type: fc.constantFrom('login' as const, 'login' as const, 'logout' as const),
      user,
      device: fc.constantFrom('desktop', 'deskphone'),
      source: fc.constant('Agent Desktop'),
      at: instant,
      licences: fc.subarray(TYPES, { minLength: 1 }),
      leaseMs: fc.constantFrom(1_800_000, 43_200_000),
    },
    { requiredKeys: ['type', 'user', 'device', 'source', 'at'] },
  )
  .map(({ licences, leaseMs, ...rest }) =>
    rest.type === 'login' ? { ...rest, licences: licences ?? ['Recording'], ...(leaseMs !== undefined && { leaseMs }) } : rest,
  );
const sizes = fc.record({ concurrent: fc.integer({ min: 0, max: 2 }), contingency: fc.integer({ min: 0, max: 1 }) });
const settings: fc.Arbitrary<NaiveSettings> = fc.record(
  {
    from: fc.constant(START),
    timeZone: fc.constant('Europe/London'),
    billingPeriodStartDay: fc.constant(1),
    scheduledLogOff: fc.constantFrom('23:30'),
    entitlements: fc.dictionary(fc.constantFrom(...TYPES), sizes),
  },
  { requiredKeys: ['from', 'timeZone', 'billingPeriodStartDay', 'entitlements'] },
);

const check = (title: string, arbitraries: fc.Arbitrary<unknown>[], run: (...values: never[]) => Promise<void>) =>
  it(title, async () => {
    const property = fc.asyncProperty(...(arbitraries as [fc.Arbitrary<unknown>]), run as (value: unknown) => Promise<void>);
    await fc.assert(property, {
      numRuns: runs,
      seed,
      reporter: (details) => {
        if (details.failed) throw new Error(`${fc.defaultReportMessage(details)}\nReplay: ${replay}`, { cause: details.errorInstance });
      },
    });
  }, 120_000);

const toInput = (item: NaiveEvent): EventInput => ({ ...item, logonSource: item.source });
async function putSettings(books: TestBooks, { from, ...value }: NaiveSettings): Promise<void> {
  await books.settings({ ...value, effectiveFrom: formatInstant(from) });
}

/** Numbers do not say in which order somebody logged in and out on one device at one instant. */
const onceADevice = (events: NaiveEvent[]) => [...new Map(events.map((item) => [[item.user, item.device, item.at].join(), item])).values()];
const contentOf = (row: FileRow): string => line({ ...row, device: deviceOf(row) });

/** One row after the other, by time and then as the file has them: is it new, and does it do anything? */
function naiveImport(version: NaiveSettings, received: NaiveInput[], seen: Set<string>, rows: FileRow[], now: number) {
  const report = { recorded: 0, duplicates: 0, unpaired: [] as number[], refused: [] as number[] };
  const down = rows.some((row, i) => i > 0 && row.at < (rows[i - 1] as FileRow).at);
  const up = rows.some((row, i) => i > 0 && row.at > (rows[i - 1] as FileRow).at);
  const direction = down && !up ? -1 : 1;
  const inOrder = rows.map((row, index) => ({ row, index })).sort((a, b) => a.row.at - b.row.at || direction * (a.index - b.index));
  for (const { row, index } of inOrder) {
    if (seen.has(contentOf(row))) {
      report.duplicates++;
      continue;
    }
    const { idle } = naiveBooks([version], [...received, naiveRow(row)], now);
    if (idle.has(received.length)) (naiveRow(row).type === 'import-acquired' ? report.refused : report.unpaired).push(index + 2);
    else {
      received.push(naiveRow(row));
      seen.add(contentOf(row));
      report.recorded++;
    }
  }
  report.unpaired.sort((a, b) => a - b);
  report.refused.sort((a, b) => a - b);
  return report;
}

const short = ({ recorded, duplicates, unpaired, refused }: ImportReport) => ({
  recorded,
  duplicates,
  unpaired: unpaired.map((item) => item.line),
  refused: refused.map((item) => item.line),
});

const step = fc.oneof(
  file.map((rows) => ({ rows: oneEach(rows), again: false })),
  file.map((rows) => ({ rows: oneEach(rows), again: true })),
  fc.array(event, { minLength: 1, maxLength: 8 }).map((events) => ({ events })),
);
type Step = { rows: FileRow[]; again: boolean } | { events: NaiveEvent[] };

describe('imports in any order', () => {
  check(
    'IMPORT-50 files in any order, twice, among events that come late: the books of a plain walk, and its report',
    [settings, fc.array(step, { minLength: 1, maxLength: 5 })],
    async (version: NaiveSettings, steps: Step[]) => {
      const books = await openTestBooks(END);
      await putSettings(books, version);
      const received: NaiveInput[] = [];
      const seen = new Set<string>();
      for (const item of steps) {
        if ('events' in item) {
          await books.send(...item.events.map(toInput));
          received.push(...item.events);
          continue;
        }
        for (let time = 0; time < (item.again ? 2 : 1); time++) {
          const expected = naiveImport(version, received, seen, item.rows, END);
          expect(short(await importCsv(books, textOf(item.rows), { dryRun: true }))).toEqual(expected);
          expect(short(await importCsv(books, textOf(item.rows)))).toEqual(expected);
          if (time === 1) expect(expected.recorded).toBe(0);
        }
      }
      await compareBooks(books, [version], received);
    },
  );

  check(
    'IMPORT-51 with the clock running and rows of one instant in any order: a file that comes again adds nothing, a restart changes nothing',
    [settings, fc.array(file, { minLength: 1, maxLength: 3 }), fc.array(event, { maxLength: 8 })],
    async (version: NaiveSettings, files: FileRow[][], events: NaiveEvent[]) => {
      const books = await openTestBooks(START);
      await putSettings(books, version);
      await books.passTo(END - 3_600_000);
      await books.send(...events.filter(({ at }) => at <= END - 3_600_000).map(toInput));
      await books.passTo(END);
      for (const rows of files) {
        const text = textOf(rows.map((row) => ({ ...row, at: Math.ceil(row.at / 7_200_000) * 7_200_000 })).filter(({ at }) => at <= END));
        if (text === textOf([])) continue;
        const dry = await importCsv(books, text, { dryRun: true });
        const first = await importCsv(books, text);
        expect(first).toEqual(dry);
        const usage = books.usage();
        await books.restart();
        const again = await importCsv(books, text);
        expect({ ...short(again), duplicates: 0 }).toEqual({ ...short(first), recorded: 0, duplicates: 0 });
        expect(again.duplicates).toBe(first.recorded + first.duplicates);
        expect(books.usage().licences).toEqual(usage.licences);
      }
    },
  );

  check(
    'IMPORT-51 many rows of a few instants, of types that are full: the books never contradict themselves, and what comes again adds nothing',
    [fc.array(fileRow, { minLength: 3, maxLength: 30 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 })],
    async (rows: FileRow[], instants: number, concurrent: number) => {
      const books = await openTestBooks(END);
      await books.settings({ entitlements: Object.fromEntries(TYPES.map((type) => [type, { concurrent, contingency: 1 }])) });
      const text = textOf(rows.map((row) => ({ ...row, at: START + (Math.floor(row.at / 1000) % instants) * 60_000 })));
      const dry = await importCsv(books, text, { dryRun: true });
      const first = await importCsv(books, text);
      expect(first).toEqual(dry);
      for (let time = 0; time < 2; time++) expect(await importCsv(books, text)).toMatchObject({ recorded: 0, duplicates: first.recorded });
      expect(verifyStore(books.store).differences).toEqual([]);
    },
  );

  check(
    'IMPORT-52 what was exported, imported elsewhere, gives the same holdings',
    [
      settings,
      fc.array(event, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('asc' as const, 'desc' as const),
    ],
    async (version: NaiveSettings, events: NaiveEvent[], batch: number, order: 'asc' | 'desc') => {
      const books = await openTestBooks(END);
      await putSettings(books, version);
      const sent = onceADevice(events);
      for (let i = 0; i < sent.length; i += batch) await books.send(...sent.slice(i, i + batch).map(toInput));
      const local = localTimeWriter('Europe/London');
      const records = books.pipeline.committed.records(ORGANISATION, { limit: 1000, order })?.items ?? [];
      if (records.length === 0) return;
      const other = await openTestBooks(END);
      const lines = [
        RECORD_COLUMNS.map(([header]) => header),
        ...records.map((record) => RECORD_COLUMNS.map(([, cell]) => cell(record, local))),
      ];
      const report = await importCsv(other, lines.map((cells) => csvLine(cells)).join(''));
      expect(short(report)).toEqual({ recorded: records.length, duplicates: 0, unpaired: [], refused: [] });
      const holdings = async (of: TestBooks) =>
        ((await of.pipeline.committed.sessions(ORGANISATION, { limit: 1000 }))?.items ?? [])
          .flatMap(({ user: who, device, licences }) => licences.map(({ licenceType, since }) => [who, device, licenceType, since].join()))
          .sort();
      expect(await holdings(other)).toEqual(await holdings(books));
    },
  );
});

it('IMPORT-68 rows of one instant are one portion, however many a log-off of everybody makes', async () => {
  async function* everybody(): AsyncGenerator<ReadRow> {
    const row = {
      acquired: false,
      kind: 'import-logged-off' as const,
      device: 'desktop',
      deviceNamed: false,
      logonSource: 'Scheduled Log Off',
    };
    for (let line = 2; line < 150_002; line++)
      yield { ...row, line, rank: line, at: START, user: `user ${line % 75_000}`, licenceType: 'Recording' };
  }
  const portions: number[] = [];
  for await (const batch of rowBatches(everybody(), { size: 1_000, together: sameInstant, backwards: false })) {
    portions.push(batch.length);
    expect(batch.at(-1)).toMatchObject({ user: 'user 1', occurrence: 2 });
  }
  expect(portions).toEqual([150_000]);
});
