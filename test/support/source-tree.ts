import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

export interface Import {
  /** The specifier as written, or for a relative one the path from the root: `server/clock.ts`. */
  target: string;
  typeOnly: boolean;
}

export interface SourceFile {
  path: string;
  /** Without comments, so that prose cannot break a rule. */
  code: string;
  imports: Import[];
}

const FROM = /^\s*(?:import|export)\s+(type\s+)?[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm;
const BARE = /^\s*import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]/g;

/** Reads imports by pattern: the tools that read them by compiler do not know TypeScript 7 yet. */
export function sourceFile(path: string, source: string): SourceFile {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  const resolve = (specifier: string) =>
    specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), specifier)) : specifier;
  const imports: Import[] = [
    ...[...code.matchAll(FROM)].map((match) => ({ target: resolve(match[2] ?? ''), typeOnly: match[1] !== undefined })),
    ...[...code.matchAll(BARE), ...code.matchAll(DYNAMIC)].map((match) => ({ target: resolve(match[1] ?? ''), typeOnly: false })),
  ];
  return { path, code, imports };
}

/** Every TypeScript file below the folders, paths relative to `root` with forward slashes. */
export function sourceTree(root: string, folders: string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
      .filter((path) => path.endsWith('.ts'))
      .sort()
      .map((path) => sourceFile(path, readFileSync(join(root, path), 'utf8'))),
  );
}
