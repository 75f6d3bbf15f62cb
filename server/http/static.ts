/** The dashboard's files, read once at start: what is not among them cannot be asked for, whatever the path says. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { App } from './edge.ts';
import { HttpProblem } from './problem.ts';

/** The dashboard finds its way by these paths itself. */
export const PAGES = [
  '/',
  '/licences/:type',
  '/sessions',
  '/records',
  '/history',
  '/reports',
  '/billing',
  '/what-if',
  '/alerts',
  '/alerts/:view',
  '/alerts/:view/:id',
  '/settings',
  '/wall/:board',
];

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json',
};
const COMPRESSIBLE = /^(?:text\/|application\/|image\/svg)/;

export interface StaticFile {
  body: Buffer;
  gzipped: Buffer | null;
  type: string;
  etag: string;
  /** Its name carries a hash of its content: it never changes. */
  hashed: boolean;
}
export type StaticFiles = ReadonlyMap<string, StaticFile>;

/** URL path to file; empty where the dashboard was not built. */
export function loadStaticFiles(folder: string): StaticFiles {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const body = readFileSync(path);
      const type = TYPES[extname(path)] ?? 'application/octet-stream';
      const smaller = COMPRESSIBLE.test(type) && body.length > 1_024 ? gzipSync(body) : null;
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
      const url = `/${relative(folder, path).split(sep).join('/')}`;
      return [url, { body, gzipped: smaller, type, etag, hashed: url.startsWith('/assets/') }];
    }),
  );
}

/** Changes with the dashboard, so that a display knows that it shows an old one. */
export function buildIdOf(files: StaticFiles, version: string): string {
  return files.get('/index.html')?.etag.replaceAll('"', '') ?? version;
}

export function staticRoutes(app: App, files: StaticFiles): void {
  const index = files.get('/index.html');
  for (const page of PAGES) {
    app.get(page, (c) => {
      if (index) return fileResponse(index, c.env.incoming.headers);
      throw new HttpProblem(404, 'not_found', 'The dashboard was not built: run npm run build. The API is below /api/v1/.');
    });
  }
  for (const [url, file] of files) app.get(encodeURI(url), (c) => fileResponse(file, c.env.incoming.headers));
}

function fileResponse(file: StaticFile, asked: Record<string, string | string[] | undefined>): Response {
  const headers: Record<string, string> = {
    'Content-Type': file.type,
    'Cache-Control': file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: file.etag,
    ...(file.gzipped && { Vary: 'Accept-Encoding' }),
  };
  if (String(asked['if-none-match'] ?? '').includes(file.etag)) return new Response(null, { status: 304, headers });
  const gzip = file.gzipped !== null && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(String(asked['accept-encoding'] ?? ''));
  const body = gzip ? (file.gzipped as Buffer) : file.body;
  return new Response(new Uint8Array(body), { headers: gzip ? { ...headers, 'Content-Encoding': 'gzip' } : headers });
}
