/** The import table of the house as data. Each row: who, what is allowed (empty: anything), what never. */
import type { SourceFile } from './source-tree.ts';

export interface ImportRule {
  id: string;
  /** Prefixes of the files that the rule is about. */
  of: string[];
  except?: string[];
  /** Prefixes of allowed targets; absent: all that `never` does not name. */
  only?: string[];
  never?: string[];
  /** Words that must not stand in the code. */
  words?: RegExp;
}

const clockReads = /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bTemporal\.Now\b|\bMath\.random\b/;
const browserWords = /\b(?:document|window|localStorage|sessionStorage|navigator)\s*\./;

export const IMPORT_RULES: ImportRule[] = [
  { id: 'ARCH-1', of: ['shared/'], only: ['shared/'], words: new RegExp(`${clockReads.source}|${browserWords.source}|\\bprocess\\.`) },
  { id: 'ARCH-2', of: ['server/licensing/'], only: ['shared/', 'server/licensing/', 'temporal-polyfill'], words: clockReads },
  { id: 'ARCH-2', of: ['server/usage/'], only: ['shared/', 'server/usage/', 'temporal-polyfill'], words: clockReads },
  { id: 'ARCH-2', of: ['server/forecast/'], only: ['shared/', 'server/forecast/'], words: clockReads },
  { id: 'ARCH-2', of: ['server/alerts/'], only: ['shared/', 'server/alerts/', 'temporal-polyfill'], words: clockReads },
  {
    id: 'ARCH-3',
    of: ['server/store/', 'server/webhooks/outbox'],
    only: ['shared/', 'server/store/', 'server/webhooks/outbox', 'lmdb', 'node:'],
  },
  { id: 'ARCH-4', of: ['server/live/'], only: ['shared/', 'server/live/', 'server/clock.ts'] },
  { id: 'ARCH-5', of: ['server/http/'], never: ['lmdb', 'server/store/'] },
  { id: 'ARCH-6', of: ['server/', 'shared/', 'dashboard/'], except: ['server/store/'], never: ['lmdb'] },
  { id: 'ARCH-7', of: ['dashboard/'], except: ['dashboard/charts/'], never: ['uplot'] },
  { id: 'ARCH-8', of: ['dashboard/client/'], only: ['shared/', 'dashboard/client/'] },
  { id: 'ARCH-9', of: ['dashboard/components/', 'dashboard/pages/'], words: /\bWebSocket\b|\bfetch\s*\(/ },
  { id: 'ARCH-10', of: ['dashboard/', 'shared/'], never: ['server/', 'node:'] },
  { id: 'ARCH-10', of: ['server/'], never: ['dashboard/', 'lit', 'test/'] },
  {
    id: 'ARCH-18',
    of: ['server/books/'],
    only: [
      'shared/',
      'server/books/',
      'server/licensing/',
      'server/usage/',
      'server/store/store.ts',
      'server/store/keys.ts',
      'server/pipeline-types.ts',
      'tinyqueue',
      'node:crypto',
    ],
    words: clockReads,
  },
  {
    id: 'ARCH-19',
    of: ['server/parse/'],
    only: ['shared/', 'server/parse/', 'server/pipeline-types.ts', 'zod', 'csv-parse', 'busboy'],
    words: clockReads,
  },
  {
    id: 'ARCH-20',
    of: ['server/import/'],
    only: [
      'shared/',
      'server/import/',
      'server/parse/',
      'server/licensing/local-instants.ts',
      'server/pipeline-types.ts',
      'csv-parse',
      'tinyqueue',
      'node:',
    ],
    words: clockReads,
  },
  {
    id: 'ARCH-23',
    of: ['server/alerting/'],
    only: [
      'shared/',
      'server/alerting/',
      'server/alerts/',
      'server/forecast/',
      'server/usage/recent-levels.ts',
      'server/books/',
      'server/licensing/',
      'server/store/store.ts',
      'server/webhooks/outbox',
      'server/pipeline-types.ts',
      'tinyqueue',
    ],
    words: clockReads,
  },
  {
    id: 'ARCH-24',
    of: ['server/webhooks/'],
    only: ['shared/', 'server/webhooks/', 'server/clock.ts', 'node:', 'undici', 'ipaddr.js', 'nodemailer', 'liquidjs'],
    words: clockReads,
  },
  {
    id: 'ARCH-25',
    of: ['server/verify/'],
    only: [
      'shared/',
      'server/verify/',
      'node:crypto',
      'node:zlib',
      'server/books/',
      'server/licensing/',
      'server/usage/',
      'server/store/store.ts',
      'server/store/keys.ts',
    ],
    words: clockReads,
  },
  {
    id: 'ARCH-26',
    of: ['server/safekeeping/'],
    only: [
      'shared/',
      'server/safekeeping/',
      'server/store/',
      'server/verify/',
      'server/data-dir-lock.ts',
      'server/clock.ts',
      'server/config.ts',
      'server/log.ts',
      'server/teardown.ts',
      'node:',
    ],
    words: clockReads,
  },
  {
    id: 'ARCH-27',
    of: ['server/formats/'],
    only: ['shared/', 'server/formats/', 'fflate', 'node:timers'],
    words: /\bDate\.now\b|\bMath\.random\b/,
  },
  { id: 'ARCH-28', of: ['server/saved-reports/'], never: ['server/http/', 'server/webhooks/', 'lmdb'], words: clockReads },
  {
    id: 'ARCH-29',
    of: ['server/reports/', 'server/billing/'],
    never: [
      'server/http/',
      'server/live/',
      'server/webhooks/',
      'server/pipeline.ts',
      'server/store/lmdb.ts',
      'server/store/memory.ts',
      'lmdb',
    ],
    words: clockReads,
  },
  { id: 'ARCH-11', of: ['server/simulate/'], only: ['shared/', 'server/simulate/', 'server/clock.ts', 'node:'] },
];

const starts = (prefixes: string[] | undefined, path: string) =>
  (prefixes ?? []).some(
    (prefix) => path === prefix || path.startsWith(/[/:]$/.test(prefix) ? prefix : `${prefix}/`) || isFilePrefix(prefix, path),
  );

/** `server/webhooks/outbox` also names `server/webhooks/outbox.ts`. */
const isFilePrefix = (prefix: string, path: string) => prefix.includes('/') && (path === `${prefix}.ts` || path.startsWith(`${prefix}-`));

/** One sentence for each place where a file breaks a rule. */
export function importViolations(files: SourceFile[], rules = IMPORT_RULES): string[] {
  return files.flatMap((file) =>
    rules
      .filter((rule) => starts(rule.of, file.path) && !starts(rule.except, file.path))
      .flatMap((rule) => [
        ...file.imports
          .filter(({ target }) => (rule.only ? !starts(rule.only, target) : false) || starts(rule.never, target))
          .map(({ target }) => `${rule.id}: ${file.path} imports ${target}`),
        ...(rule.words?.test(file.code) ? [`${rule.id}: ${file.path} uses ${rule.words.exec(file.code)?.[0]}`] : []),
      ]),
  );
}

/** Cycles of imports that exist at run time; types vanish and may point both ways. */
export function importCycles(files: SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) {
      cycles.push(`ARCH-12: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (!typeOnly && byPath.has(target)) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const file of files) visit(file.path, []);
  return cycles;
}

/** Barrels, default exports, enums and names that are not kebab-case. */
export function styleViolations(files: SourceFile[]): string[] {
  return files.flatMap(({ path, code }) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return [
      ...(/^\s*export\s+(?:type\s+)?\*/m.test(code) || name === 'index.ts' ? [`ARCH-13: ${path} is a barrel`] : []),
      ...(/^\s*export\s+default\b/m.test(code) ? [`ARCH-14: ${path} has a default export`] : []),
      ...(/^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s/m.test(code) ? [`ARCH-15: ${path} declares an enum`] : []),
      ...(/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|d|config))?\.ts$/.test(name) ? [] : [`ARCH-16: ${path} is not kebab-case`]),
    ];
  });
}
