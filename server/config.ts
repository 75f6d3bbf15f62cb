/** The daemon's configuration: one YAML file, overlaid by HIGHWATER_... variables, overlaid by flags. Every mistake is found at once. */
import { isIP } from 'node:net';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { BUILT_IN_CATALOGUE, type Catalogue, extendCatalogue } from '../shared/catalogue.ts';
import { emailProblems, emailSchema, emailSettings } from './config-email.ts';
import { bare, readEnvironment } from './config-env.ts';
import { nearest } from './config-suggest.ts';
import { name } from './parse/fields.ts';
import { fieldProblems } from './parse/issues.ts';
import { createTargetGuard } from './webhooks/guard.ts';

export const ROLES = ['viewer', 'ingest', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const LISTEN = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)|):(\d{1,5})$/;
const listen = z.string().refine((text) => isListen(text), { message: 'must be HOST:PORT, like 127.0.0.1:7420, [::1]:7420 or 0.0.0.0:0' });
const origin = z
  .string()
  .refine((text) => isOrigin(text), { message: 'must be an origin such as https://highwater.example, without a path' });
const cidr = z.string().refine((text) => isCidr(text), { message: 'must be a CIDR such as 10.0.0.0/8 or 127.0.0.1/32' });
const token = z.strictObject({
  name,
  tokenSha256: z.string().regex(/^[0-9a-f]{64}$/, { message: 'must be the SHA-256 of the token, 64 lower-case hex digits' }),
  role: z.enum(ROLES),
});
const positive = (most: number) => z.int().gte(1).lte(most);
const source = z.strictObject({ name, family: name, acquires: z.boolean().default(true), releases: z.boolean().default(true) });
const grant = z.union([z.strictObject({ userType: name }), z.strictObject({ serviceFeature: name })], {
  error: 'must be { userType: NAME } or { serviceFeature: NAME }',
});

/** `prefault` rather than `default`: an absent section is read as an empty one, so that its keys get their own defaults. */
export const configSchema = z.strictObject({
  listen: listen.default('127.0.0.1:7420'),
  dataDir: z.string().min(1).default('./data'),
  /** Origins from which a browser may change things and open a live view. */
  publicOrigins: z.array(origin).default([]),
  /** With or without tokens of its own: those made by `highwater token create` count beside them. */
  auth: z.strictObject({ tokens: z.array(token).default([]) }).optional(),
  webhooks: z
    .strictObject({
      allowTargets: z.array(cidr).default([]),
      retrySeconds: z
        .array(z.number().gt(0).lte(31_536_000))
        .min(1)
        .max(50)
        .default([5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]),
      /** So long the oldest message waits in vain until a receiver counts as behind. */
      coalesceAfterSeconds: z.number().gte(0).lte(31_536_000).default(300),
    })
    .prefault({}),
  /** Absent: nobody outside is told that the daemon is well. */
  watchdog: z
    .strictObject({
      url: z.string().max(2_048),
      everySeconds: z.number().gte(5).lte(86_400).default(60),
      method: z.enum(['GET', 'POST']).default('GET'),
    })
    .optional(),
  /** Absent: there is no mail server, and no e-mail. */
  email: emailSchema.optional(),
  billing: z
    .strictObject({
      /** From the end of a billing period to its statement. */
      closeAfterHours: z.number().gte(0).lte(8_760).default(72),
      /** Late records make a revision when none has come for so long. */
      reviseAfterMinutes: z.number().gte(0).lte(1_440).default(60),
    })
    .prefault({}),
  /** Absent: records are kept for good. */
  retention: z.strictObject({ recordsMonths: positive(1_200).optional() }).prefault({}),
  store: z
    .strictObject({
      minFreeBytes: z.int().gte(0).default(67_108_864),
      /** Given up when the disk is full, so that what is kept no longer can still be removed. 0: none. */
      ballastBytes: z.int().gte(0).lte(1_073_741_824).default(8_388_608),
      /** What a start does about a damaged data file: go on from the newest good backup, or leave it to somebody. */
      onDamage: z.enum(['restore', 'refuse']).default('restore'),
    })
    .prefault({}),
  backup: z
    .strictObject({
      /** Absent: `backups` below the data directory. */
      directory: z.string().min(1).optional(),
      /** 0: none are made by themselves. */
      everySeconds: z.number().gte(0).lte(31_536_000).default(3_600),
      keep: positive(100_000).default(24),
    })
    .prefault({}),
  reports: z
    .strictObject({
      /** Of the files that saved reports write. Absent: `reports` below the data directory. */
      directory: z.string().min(1).optional(),
    })
    .prefault({}),
  limits: z
    .strictObject({
      maxEventsPerRequest: positive(10_000).default(10_000),
      maxBodyBytes: positive(1_073_741_824).default(16_777_216),
      /** Of all bodies and ingest frames that are held at once, from when they come in until they are answered. */
      maxHeldBytes: positive(1_099_511_627_776).default(1_073_741_824),
      /** Of a file that is imported; it is never held in memory. */
      maxImportBytes: positive(1_099_511_627_776).default(4_294_967_296),
      maxHeaderBytes: positive(1_048_576).default(16_384),
      /** Until the headers of a request have to be there, and all of it: the longest is an import, which is read no faster than it is recorded. */
      headersSeconds: positive(3_600).default(30),
      requestSeconds: positive(86_400).default(3_600),
      /** Without anything of an answer being taken, and for all of it: whoever reads more slowly is cut off. */
      answerStuckSeconds: positive(3_600).default(60),
      answerSeconds: positive(86_400).default(3_600),
      maxLiveConnections: positive(1_000_000).default(10_000),
      maxLiveConnectionsPerAddress: positive(1_000_000).default(5_000),
      maxSubscriptionsPerConnection: positive(100_000).default(1_000),
      maxIngestConnections: positive(1_000_000).default(1_000),
      /** Bytes waiting for a slow display above which it is skipped, and above which it is cut off. */
      liveBufferSoftBytes: positive(1_073_741_824).default(262_144),
      liveBufferHardBytes: positive(1_073_741_824).default(1_048_576),
    })
    .prefault({}),
  catalogue: z
    .strictObject({
      licenceTypes: z.array(z.strictObject({ name, grantedBy: grant.nullable().default(null) })).default([]),
      logonSources: z.array(source).default([]),
      interfaces: z.array(z.strictObject({ family: name, carries: z.array(name) })).default([]),
    })
    .prefault({}),
  log: z.strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info') }).prefault({}),
});

type Parsed = z.output<typeof configSchema>;
export interface Config extends Omit<Parsed, 'listen' | 'catalogue' | 'email'> {
  email?: ReturnType<typeof emailSettings>;
  listen: { host: string; port: number };
  /** The built-in lists with the site's own. */
  catalogue: Catalogue;
}

export interface ConfigProblem {
  path: string;
  message: string;
}

/** The configuration cannot be used; `problems` holds everything that is wrong with it. */
export class ConfigError extends Error {
  readonly problems: ConfigProblem[];
  constructor(problems: ConfigProblem[]) {
    super(problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export interface ConfigSources {
  /** Text of the YAML file. */
  file?: string | undefined;
  env?: Readonly<Record<string, string | undefined>>;
  /** Command line, strongest. */
  flags?: { listen?: string | undefined; dataDir?: string | undefined };
  /** Reads what a `..._FILE` variable points to. @throws when it cannot */
  readFile?: (path: string) => string;
  /** Whether tokens were made for a data directory. */
  hasTokens?: (dataDir: string) => boolean;
}

/** @throws ConfigError */
export function loadConfig({ file = '', env = {}, flags = {}, readFile, hasTokens = () => false }: ConfigSources): {
  config: Config;
  warnings: string[];
} {
  const problems: ConfigProblem[] = [];
  const raw = readYaml(file, problems);
  const { values, warnings } = readEnvironment(configSchema, env, readFile, problems);
  for (const { path, value } of values) setPath(raw, path, value);
  if (flags.listen !== undefined) setPath(raw, ['listen'], flags.listen);
  if (flags.dataDir !== undefined) setPath(raw, ['dataDir'], flags.dataDir);

  const parsed = configSchema.safeParse(raw, { reportInput: true });
  for (const issue of parsed.error?.issues ?? []) {
    const known = keysAt(issue.path.map(String));
    problems.push(...fieldProblems(issue, (key) => `is not a known key${suggestion(key, known)}`));
  }
  // On loopback a token is asked for only where the configuration says so; elsewhere the tokens that were made are enough to say so.
  if (parsed.success && !parsed.data.auth && !isLoopback(listenAddress(parsed.data.listen).host) && hasTokens(parsed.data.dataDir))
    parsed.data.auth = { tokens: [] };
  if (parsed.success) problems.push(...crossProblems(parsed.data));
  const password = readSecret('email.passwordFile', parsed.data?.email?.passwordFile, readFile, problems);
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const { listen: address, catalogue, email, ...rest } = parsed.data;
  const given = { ...rest, ...(email && { email: emailSettings(email, password) }) };
  return { config: { ...given, listen: listenAddress(address), catalogue: extendCatalogue(BUILT_IN_CATALOGUE, catalogue) }, warnings };
}

/** What a file holds that a key names; where files cannot be read, the file is not looked at. */
function readSecret(
  path: string,
  file: string | undefined,
  readFile: ((path: string) => string) | undefined,
  problems: ConfigProblem[],
): string | undefined {
  if (file === undefined || !readFile) return undefined;
  try {
    return readFile(file).trimEnd();
  } catch (error) {
    problems.push({ path, message: (error as Error).message.split('\n')[0] as string });
    return undefined;
  }
}

/** Whether only programs of this machine can reach the address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function crossProblems(config: Parsed): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { host } = listenAddress(config.listen);
  if (!config.auth && !isLoopback(host)) {
    problems.push({
      path: 'listen',
      message: `${host} can be reached from other machines and no auth is configured: anybody could read and change everything. Make a token with highwater token create, add auth.tokens, or listen on 127.0.0.1`,
    });
  }
  if (config.limits.requestSeconds < config.limits.headersSeconds) {
    problems.push({ path: 'limits.requestSeconds', message: 'must not be below limits.headersSeconds' });
  }
  if (config.limits.maxHeldBytes < config.limits.maxBodyBytes) {
    problems.push({ path: 'limits.maxHeldBytes', message: 'must not be below limits.maxBodyBytes' });
  }
  if (config.limits.liveBufferHardBytes < config.limits.liveBufferSoftBytes) {
    problems.push({ path: 'limits.liveBufferHardBytes', message: 'must not be below limits.liveBufferSoftBytes' });
  }
  problems.push(...emailProblems(config.email));
  const wrongBeat = config.watchdog ? createTargetGuard(config.webhooks.allowTargets).problem(config.watchdog.url) : null;
  if (wrongBeat !== null) problems.push({ path: 'watchdog.url', message: wrongBeat });
  const names = (config.auth?.tokens ?? []).map((item) => item.name);
  for (const twice of new Set(names.filter((item, index) => names.indexOf(item) !== index))) {
    problems.push({ path: 'auth.tokens', message: `two tokens are named ${JSON.stringify(twice)}` });
  }
  return problems;
}

function readYaml(text: string, problems: ConfigProblem[]): Record<string, unknown> {
  const document = parseDocument(text, { uniqueKeys: true });
  for (const error of document.errors) problems.push({ path: '', message: `the file is not valid YAML: ${error.message.split('\n')[0]}` });
  if (document.errors.length > 0) return {};
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  problems.push({ path: '', message: 'the file must hold keys and values' });
  return {};
}

function setPath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) target[key] = {};
  setPath(target[key] as Record<string, unknown>, rest, value);
}

/** Keys of the section that a path leads to, for the "did you mean". */
function keysAt(path: string[]): string[] {
  let schema: z.ZodType = configSchema;
  for (const part of path) {
    schema = bare(schema);
    if (schema instanceof z.ZodObject) schema = (schema.shape as Record<string, z.ZodType>)[part] ?? z.never();
    else if (schema instanceof z.ZodArray) schema = schema.element as z.ZodType;
    else return [];
  }
  const end = bare(schema);
  return end instanceof z.ZodObject ? Object.keys(end.shape) : [];
}

function suggestion(key: string, known: string[]): string {
  const close = nearest(key, known);
  if (close !== null) return `; did you mean ${close}?`;
  return known.length === 0 ? '' : `; known are ${known.join(', ')}`;
}

function listenAddress(text: string): { host: string; port: number } {
  const [, v6, other, port] = LISTEN.exec(text) ?? [];
  return { host: v6 ?? other ?? '127.0.0.1', port: Number(port) };
}

function isListen(text: string): boolean {
  const match = LISTEN.exec(text);
  return match !== null && Number(match[3]) <= 65_535 && (match[1] === undefined || isIP(match[1]) === 6);
}

function isOrigin(text: string): boolean {
  try {
    const url = new URL(text);
    return (url.protocol === 'http:' || url.protocol === 'https:') && url.origin === text;
  } catch {
    return false;
  }
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...more] = text.split('/');
  const family = isIP(address);
  return more.length === 0 && family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}
