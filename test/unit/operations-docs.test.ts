/** What whoever looks after a daemon reads: complete, as the source is now. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { configSchema } from '../../server/config.ts';
import { sourceTree } from '../support/source-tree.ts';

/** The text between the parenthesis at `from` and the one that closes it. */
function argumentsAt(code: string, from: number): string {
  let depth = 0;
  for (let at = from; at < code.length; at++) {
    if (code[at] === '(') depth++;
    if (code[at] === ')' && --depth === 0) return code.slice(from, at);
  }
  return '';
}

/** Words of two and more, without what is filled in. */
const TEXT = /'([^'\n]* [^'\n]*)'|`([^`\n]* [^`\n]*)`/g;
const textsIn = (code: string): string[] =>
  [...code.matchAll(TEXT)].flatMap(([, plain, filled]) =>
    (plain ?? filled ?? '').split(/\$\{[^}]*\}/).map((part) => part.replace(/^[\s.]+|[\s.]+$/g, '')),
  );

/** Lines of warnings and worse are written by these; `fatal` and `note` hand their message on. */
const CALL = /\blog\??\.(?:warn|error|fatal)(?=\()|(?<!function )\b(?:fatal|note)(?=\()/g;

function loggedIn(code: string): string[] {
  return [...code.matchAll(CALL)].flatMap((call) => textsIn(argumentsAt(code, call.index + call[0].length)));
}

it('OPS-1 docs/operations.md names everything that is logged as a warning or worse, and every exit code', () => {
  const text = readFileSync('docs/operations.md', 'utf8');
  const files = sourceTree(process.cwd(), ['server'])
    // The simulator talks to whoever started it.
    .filter(({ path }) => !path.includes('simulate'))
    .map(({ path, code }) => ({ path, code: code.replaceAll('#log', 'log') }));
  const logged = files.flatMap(({ path, code }) => loggedIn(code).flatMap((said) => (said === '' ? [] : [{ path, said }])));
  expect(logged.length).toBeGreaterThan(35);
  expect(logged.filter(({ said }) => !text.includes(said))).toEqual([]);

  const codes = files.find(({ path }) => path === 'server/cli/exit-codes.ts')?.code ?? '';
  const values = [...codes.matchAll(/= (\d+);/g)].map(([, value]) => Number(value));
  // 2 is wrong usage, which `highwater --help` says: no daemon that was started ends with it.
  expect(values.filter((value) => value !== 2 && !text.includes(`\n| ${value} |`))).toEqual([]);
  expect(values).toContain(70);
});

it('OPS-1 what is not named is found', () => {
  expect(loggedIn("log.warn({ a: f(1) }, isOne ? 'one thing' : 'another thing'); log.info({}, 'all is well');")).toEqual([
    'one thing',
    'another thing',
  ]);
  const filled = (name: string) => `$\{${name}}`;
  expect(loggedIn(`log.error({ x }, \`the file ${filled('name')} is gone. ${filled('rest(x)')}\`)`)).toEqual(['the file', 'is gone', '']);
});

/** Paths of all values, `limits.maxBodyBytes` for one. A list, also one of objects, is one value. */
const valuesOf = (value: unknown, path: string): [string, unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, inner]) => valuesOf(inner, path === '' ? key : `${path}.${key}`))
    : [[path, value]];

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
}
const keysOf = ({ properties }: JsonSchema, path: string): string[] =>
  properties ? Object.entries(properties).flatMap(([key, inner]) => keysOf(inner, path === '' ? key : `${path}.${key}`)) : [path];

it('OPS-2 docs/configuration.md has every key, each with its default', () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/configuration.md', 'utf8')) ?? [];
  const example = parse(yaml.replace(/^# /gm, '')) as Record<string, unknown>;
  const shown = new Map(valuesOf(example, ''));
  const defaults = valuesOf(configSchema.parse({}), '');
  const examples = new Set(['catalogue.licenceTypes', 'catalogue.logonSources', 'catalogue.interfaces']);
  expect(defaults.filter(([path, value]) => !examples.has(path) && JSON.stringify(shown.get(path)) !== JSON.stringify(value))).toEqual([]);
  // What is absent unless somebody sets it is there with an example, or with nothing, and the daemon knows each key.
  const given = JSON.parse(JSON.stringify(example, (_, value: unknown) => value ?? undefined)) as typeof example;
  (given['auth'] as { tokens: { tokenSha256: string }[] }).tokens = [];
  (given['email'] as { passwordFile: string }).passwordFile = '/dev/null';
  expect(configSchema.safeParse(given).error?.issues ?? []).toEqual([]);
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  expect(keysOf(schema, '').filter((path) => !shown.has(path) && path !== 'email.password')).toEqual([]);
  expect(keysOf(schema, '')).toContain('limits.maxIngestConnections');
});

/** A heading's anchor, as on GitHub. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
const anchorsIn = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading as string));

/** What a page links to, shows or names below the root, and is not there. */
function missingIn(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)].flatMap(([, link, picture]) => {
    const [file = '', anchor] = (link ?? picture ?? '').split('#');
    if (/^https?:/.test(file)) return [];
    const target = file === '' ? path : join(dirname(path), file);
    return existsSync(target) && (anchor === undefined || anchorsIn(target).includes(anchor)) ? [] : [`${path}: ${link ?? picture}`];
  });
  const named = [...text.matchAll(/`((?:server|shared|test|dashboard|scripts|docs)\/[\w./-]+)`/g)].flatMap(([, name]) =>
    existsSync(name as string) ? [] : [`${path}: ${name}`],
  );
  const commands = [...text.matchAll(/`npm run ([\w:-]+)/g)].flatMap(([, name]) =>
    (name as string) in scripts ? [] : [`${path}: npm run ${name}`],
  );
  return [...links, ...named, ...commands];
}

it('OPS-3 what the documents link to, show and name is there', () => {
  const pages = ['.', 'docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(folder).flatMap((name) => (name.endsWith('.md') ? [join(folder, name)] : [])),
  );
  expect(pages.length).toBeGreaterThan(25);
  expect(pages.flatMap(missingIn)).toEqual([]);
  const shown = pages.map((path) => readFileSync(path, 'utf8')).join();
  expect(readdirSync('docs/pictures').filter((name) => !shown.includes(`pictures/${name}`))).toEqual([]);
});
