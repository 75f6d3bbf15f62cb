/** SPEC.md and the titles of tests name the same rules. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sourceTree } from './support/source-tree.ts';

/** `HOOK-20..22` stands for three. */
const RULE = /\b([A-Z]+)-(\d+)(?:\.\.(\d+))?/g;

function idsIn(text: string): string[] {
  return [...text.matchAll(RULE)].flatMap(([, prefix, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => `${prefix}-${Number(first) + i}`),
  );
}

/** Of every line that begins with one. */
const defined = (text: string): string[] =>
  text.split('\n').flatMap((line) => idsIn(/^- ([A-Z]+-\d+(?:\.\.\d+)?) \S/.exec(line)?.[1] ?? ''));

/** What stands before a title's first word: `ORDER-1, ORDER-2 the state of ...`. */
const TITLE = /(?:\b(?:it|test|describe|property)\b[^;]{0,60}?\(\s*|\[\s*|^\s*)['"`]((?:[A-Z]+-\d+(?:\.\.\d+)?[:,]?\s+(?:and )?)+)/gm;
const used = (code: string): string[] => [...code.matchAll(TITLE)].flatMap(([, ids = '']) => idsIn(ids));

const specification = readFileSync('SPEC.md', 'utf8');
const files = sourceTree(process.cwd(), ['test']).filter(({ path }) => path !== 'test/specification.test.ts');

it('SPEC-1 every rule has an id of its own, on a line of its own', () => {
  const ids = defined(specification);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  // Two rules on one line: the second would be found by nobody.
  const prefixes = [...new Set(ids.map((id) => id.replace(/-\d+$/, '')))].join('|');
  const second = new RegExp(`[.,;] (?:${prefixes})-\\d+ [a-z\`]`);
  const swallowed = specification.split('\n').filter((line) => second.test(line));
  expect(swallowed).toEqual([]);
});

it('SPEC-2 every rule that a test names is one of these', () => {
  const known = new Set(defined(specification));
  const unknown = files.flatMap(({ path, code }) => used(code).flatMap((id) => (known.has(id) ? [] : [`${path} ${id}`])));
  expect(unknown).toEqual([]);
  expect(new Set(files.flatMap(({ code }) => used(code))).size).toBeGreaterThan(500);
});

it('SPEC-3 every rule is named by a test', () => {
  const held = new Set([...files.flatMap(({ code }) => idsIn(code)), ...used(readFileSync('test/specification.test.ts', 'utf8'))]);
  expect(defined(specification).filter((id) => !held.has(id))).toEqual([]);
});

it('SPEC-1, SPEC-2 what is wrong is found', () => {
  expect(defined('- A-1 one\n- A-2..3 two\n  A-4 none\nA-5 none')).toEqual(['A-1', 'A-2', 'A-3']);
  expect(used("it('A-1, A-2 says', run); property(\n  'A-3..4 says', 7)\nit.each([['a']])('B-1 %s', run)")).toEqual([
    'A-1',
    'A-2',
    'A-3',
    'A-4',
    'B-1',
  ]);
});
