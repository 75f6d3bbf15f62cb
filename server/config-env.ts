/** Every key of the configuration as an environment variable: `limits.maxBodyBytes` is HIGHWATER_LIMITS_MAX_BODY_BYTES. */
import { parse } from 'yaml';
import { z } from 'zod';
import { nearest } from './config-suggest.ts';

const PREFIX = 'HIGHWATER_';
/** Read by the commands themselves, not keys of the configuration. */
const OTHERS = new Set(['HIGHWATER_CONFIG', 'HIGHWATER_URL', 'HIGHWATER_TOKEN']);

export interface EnvironmentValue {
  path: string[];
  value: unknown;
}
type Kind = 'text' | 'number' | 'boolean' | 'list' | 'yaml';

/**
 * Values of the variables that are set, typed after the schema: lists by comma or as JSON, lists of objects and whole sections as YAML.
 * `..._FILE` names a file that holds the value. A variable that nobody knows is a warning (platforms set HIGHWATER_PORT
 * and the like for a service of our name), one that looks mistyped is a problem.
 */
export function readEnvironment(
  schema: z.ZodObject,
  env: Readonly<Record<string, string | undefined>>,
  readFile: ((path: string) => string) | undefined,
  problems: { path: string; message: string }[],
): { values: EnvironmentValue[]; warnings: string[] } {
  const keys = new Map(keysOf(schema, []).map(({ path, kind }) => [variableName(path), { path, kind }]));
  const values: EnvironmentValue[] = [];
  const warnings: string[] = [];
  for (const [variable, given] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || OTHERS.has(variable) || given === undefined) continue;
    const fromFile = !keys.has(variable) && variable.endsWith('_FILE');
    const key = keys.get(fromFile ? variable.slice(0, -'_FILE'.length) : variable);
    if (!key) {
      const close = nearest(variable, [...keys.keys()]);
      if (close === null) warnings.push(`${variable} is not a known setting and is ignored`);
      else problems.push({ path: variable, message: `is not a known setting; did you mean ${close}?` });
      continue;
    }
    if (fromFile && env[variable.slice(0, -'_FILE'.length)] !== undefined) {
      problems.push({ path: variable, message: `is set together with ${variable.slice(0, -'_FILE'.length)}; set one of them` });
      continue;
    }
    try {
      const text = fromFile ? (readFile ?? noFiles)(given).trimEnd() : given;
      values.push({ path: key.path, value: typed(text, key.kind) });
    } catch (error) {
      problems.push({ path: variable, message: (error as Error).message.split('\n')[0] as string });
    }
  }
  // A section before the keys in it.
  return { values: values.sort((a, b) => a.path.length - b.path.length), warnings };
}

const variableName = (path: readonly string[]): string =>
  PREFIX + path.map((part) => part.replace(/[A-Z0-9]+/g, (capitals) => `_${capitals}`).toUpperCase()).join('_');

function noFiles(): never {
  throw new Error('files cannot be read here');
}

function keysOf(schema: z.ZodType, path: string[]): { path: string[]; kind: Kind }[] {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
    inner = inner.unwrap() as z.ZodType;
  if (inner instanceof z.ZodObject) {
    const inside = Object.entries(inner.shape).flatMap(([key, value]) => keysOf(value as z.ZodType, [...path, key]));
    return path.length === 0 ? inside : [{ path, kind: 'yaml' }, ...inside];
  }
  return [{ path, kind: kindOf(inner) }];
}

function kindOf(schema: z.ZodType): Kind {
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (!(schema instanceof z.ZodArray)) return 'text';
  return schema.element instanceof z.ZodObject ? 'yaml' : 'list';
}

function typed(text: string, kind: Kind): unknown {
  if (kind === 'text') return text;
  if (kind === 'number') return number(text);
  if (kind === 'boolean') return boolean(text);
  if (kind === 'yaml' || text.trimStart().startsWith('[')) return parse(text);
  const items = text.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '').map((item) => (Number.isNaN(Number(item)) ? item : Number(item)));
}

/** Text that is no number stays text, so that the schema says what it should have been. */
const number = (text: string): unknown => (text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text));

const boolean = (text: string): unknown => (text === 'true' ? true : text === 'false' ? false : text);

/** The schema below its defaults and its optionality. */
export function bare(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodNullable
  ) {
    inner = inner.unwrap() as z.ZodType;
  }
  return inner;
}
