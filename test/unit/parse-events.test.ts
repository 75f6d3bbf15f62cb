import { describe, expect, it } from 'vitest';
import { parseEventBody } from '../../server/parse/event-body.ts';
import { createEventParser } from '../../server/parse/events.ts';
import { RefusedInput } from '../../server/parse/refusal.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const parser = createEventParser(BUILT_IN_CATALOGUE);
const login = { type: 'login', organisation: '129', user: 'edred', logonSource: 'Agent Desktop' };
const parse = (...items: unknown[]) => parser.parse(items, NOW);
const body = (text: string | Buffer, kind: 'json' | 'ndjson' = 'json', max = 10_000) =>
  parseEventBody(Buffer.from(text), kind, parser, NOW, max);

function refusal(run: () => unknown): RefusedInput {
  try {
    run();
  } catch (error) {
    if (error instanceof RefusedInput) return error;
    throw error;
  }
  throw new Error('was not refused');
}
const paths = (run: () => unknown) => refusal(run).errors.map((problem) => problem.path);

describe('events', () => {
  it('INGEST-1 fills in every default of a login', () => {
    expect(parse(login)).toEqual([{ ...login, device: 'desktop', at: NOW, receivedAt: NOW }]);
  });

  it('INGEST-2 takes the family of the source as the device, "unknown" for an unknown source', () => {
    expect(parse({ ...login, logonSource: 'Paired Device' })[0]?.device).toBe('deskphone');
    expect(parse({ ...login, logonSource: 'Telepathy' })[0]?.device).toBe('unknown');
    expect(parse({ ...login, device: 'phone-7' })[0]?.device).toBe('phone-7');
  });

  it('INGEST-3 refuses an unknown field by its name, and a known one where it does not belong', () => {
    expect(refusal(() => parse({ ...login, logonsource: 'CRM' })).errors).toEqual([
      { index: 0, path: 'logonsource', message: '"logonsource" is not a known field' },
    ]);
    const all = { type: 'logout-all', organisation: '129', user: 'edred', device: 'x', licences: [] };
    expect(refusal(() => parse(all)).errors.map((problem) => problem.message)).toEqual([
      '"user" is not allowed on logout-all',
      '"device" is not allowed on logout-all',
      '"licences" is not allowed on logout-all',
    ]);
    expect(paths(() => parse({ ...login, type: 'logout', licences: ['Recording'] }))).toEqual(['licences']);
    expect(paths(() => parse({ ...login, type: 'logout', leaseSeconds: 3 }))).toEqual(['leaseSeconds']);
  });

  it('INGEST-4 needs a logon source except on logout-all, where it is Scheduled Log Off', () => {
    expect(refusal(() => parse({ ...login, logonSource: undefined })).errors[0]).toEqual({
      index: 0,
      path: 'logonSource',
      message: 'is required',
    });
    expect(parse({ type: 'logout-all', organisation: '129' })[0]).toMatchObject({ user: '', device: '', logonSource: 'Scheduled Log Off' });
  });

  it('INGEST-5 counts names in code points and refuses control characters, lone surrogates, "." and ".."', () => {
    for (const user of ['', '.', '..', 'a\u0000b', 'a\nb', 'a\u0085', '\ud800', 'x'.repeat(129), 'x'.repeat(10_000_000)]) {
      expect(paths(() => parse({ ...login, user }))).toEqual(['user']);
    }
    for (const user of ['😀'.repeat(128), '__proto__', 'constructor', 'toString', ' ', '...', 'Zoe\u0308', 'a/b', '%']) {
      expect(parse({ ...login, user })[0]?.user).toBe(user);
    }
  });

  it('INGEST-6 refuses numbers, null, arrays and objects where a name belongs, and says what they are', () => {
    const messages = [7, null, ['a'], { a: 1 }, true].map((user) => refusal(() => parse({ ...login, user })).errors[0]?.message);
    expect(messages).toEqual(['a number', 'null', 'an array', 'an object', 'a boolean'].map((what) => `must be a string, not ${what}`));
  });

  it('INGEST-7 takes any RFC 3339 instant of the past and refuses days that do not exist', () => {
    expect(parse({ ...login, at: '1970-01-01T01:00:00+01:00' })[0]?.at).toBe(0);
    expect(parse({ ...login, at: '2026-11-24T12:00:00.1239Z' })[0]?.at).toBe(NOW + 123);
    expect(parse({ ...login, at: `2026-11-24T12:00:00.123${'9'.repeat(40)}Z` })[0]?.at).toBe(NOW + 123);
    for (const at of ['0001-01-01T00:00:00+00:01', '9999-12-31T23:59:00-00:01'])
      expect(paths(() => parse({ ...login, at }))).toEqual(['at']);
    expect(parse({ ...login, at: '0001-01-01T00:00:00Z' })).toHaveLength(1);
    for (const at of ['2026-02-30T00:00:00Z', '2026-11-24', '2026-11-24T12:00:00', 'now', '', 5, '2026-11-24T25:00:00Z']) {
      expect(paths(() => parse({ ...login, at }))).toEqual(['at']);
    }
  });

  it('INGEST-8 refuses more than 300 s in the future with its own code', () => {
    expect(parse({ ...login, at: new Date(NOW + 300_000).toISOString() })).toHaveLength(1);
    const refused = refusal(() => parse({ ...login, at: new Date(NOW + 300_001).toISOString() }));
    expect(refused).toMatchObject({
      code: 'event_from_future',
      status: 400,
      errors: [{ index: 0, path: 'at', code: 'event_from_future' }],
    });
  });

  it('INGEST-9 refuses a login by a source that only releases or is the system, but not a logout', () => {
    for (const logonSource of ['Clear PSTN', 'Agent Desktop Connection Lost', 'Refresh Contingency', 'Scheduled Log Off']) {
      expect(refusal(() => parse({ ...login, logonSource }))).toMatchObject({ code: 'source_cannot_acquire' });
      expect(parse({ ...login, type: 'logout', logonSource })).toHaveLength(1);
    }
  });

  it('INGEST-10 folds licences named twice and storm’s spelling of Outbound Agent', () => {
    const licences = ['OUTBOUND Agent', 'Outbound Agent', 'Recording', 'Recording', '__proto__'];
    expect(parse({ ...login, licences })[0]?.licences).toEqual(['Outbound Agent', 'Recording', '__proto__']);
    expect(parse({ ...login, licences: [] })[0]?.licences).toEqual([]);
    expect(paths(() => parse({ ...login, licences: ['Recording', ''] }))).toEqual(['licences.1']);
    expect(paths(() => parse({ ...login, licences: 'Recording' }))).toEqual(['licences']);
  });

  it('INGEST-11 takes a lease over 0 and up to a year, as milliseconds', () => {
    expect(parse({ ...login, leaseSeconds: 1.5 })[0]?.leaseMs).toBe(1500);
    expect(parse({ ...login, type: 'heartbeat', leaseSeconds: 31_536_000 })[0]?.leaseMs).toBe(31_536_000_000);
    for (const leaseSeconds of [0, -0, -1, 31_536_001, '60', null, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(paths(() => parse({ ...login, leaseSeconds }))).toEqual(['leaseSeconds']);
    }
    expect(paths(() => body(`{"type":"login","organisation":"1","user":"u","logonSource":"CRM","leaseSeconds":1e999}`))).toEqual([
      'leaseSeconds',
    ]);
  });

  it('INGEST-12 names every problem of every event at once, and the code they share', () => {
    const refused = refusal(() =>
      parse(login, { ...login, user: 7, at: 'then', logonSource: 'Clear PSTN' }, { type: 'dance' }, 'x', null, {}),
    );
    expect(refused.code).toBe('invalid_body');
    expect(refused.errors.map(({ index, path }) => `${index} ${path}`)).toEqual([
      '1 at',
      '1 user',
      '1 logonSource',
      '2 type',
      '3 ',
      '4 ',
      '5 type',
    ]);
  });

  it('INGEST-13 lists the first hundred problems and says how many there are', () => {
    const refused = refusal(() => parse(...Array.from({ length: 5_000 }, () => ({}))));
    expect(refused.errors).toHaveLength(100);
    expect(refused.message).toContain('5000 problems');
    expect(refused.message).toContain('Only the first 100');
  });
});

describe('bodies', () => {
  it('INGEST-14 refuses what is not JSON, not UTF-8, empty, or holds no event', () => {
    for (const text of ['', ' ', '{', '[1', 'NaN', '{"a":1}}', 'undefined']) expect(refusal(() => body(text)).code).toBe('malformed_json');
    expect(refusal(() => body(Buffer.from([0x22, 0xff, 0x22]))).code).toBe('malformed_json');
    expect(refusal(() => body('[]')).code).toBe('invalid_body');
    for (const text of ['null', '7', '"x"', '[[]]', '[null]']) expect(refusal(() => body(text)).status).toBe(400);
  });

  it('INGEST-15 reads NDJSON line by line, blank lines aside, and names the event whose line is bad', () => {
    const line = JSON.stringify(login);
    expect(body(`${line}\r\n\n${line}`, 'ndjson')).toHaveLength(2);
    expect(body(`${line}\n`, 'ndjson')).toHaveLength(1);
    expect(refusal(() => body(`${line}\n\n{"type":\n${line}\n`, 'ndjson'))).toMatchObject({
      code: 'malformed_json',
      errors: [{ index: 1, path: '', message: 'is not valid JSON' }],
    });
    const broken = Buffer.concat([Buffer.from(`${line}\n"`), Buffer.from([0xff]), Buffer.from('"\n')]);
    expect(refusal(() => body(broken, 'ndjson')).errors[0]).toMatchObject({ index: 1, message: 'is not valid UTF-8' });
    expect(refusal(() => body('\n\n', 'ndjson')).code).toBe('invalid_body');
  });

  it('INGEST-16 refuses more events than a request may hold with 413', () => {
    const line = JSON.stringify(login);
    expect(body(Array(3).fill(line).join('\n'), 'ndjson', 3)).toHaveLength(3);
    expect(refusal(() => body(Array(4).fill(line).join('\n'), 'ndjson', 3))).toMatchObject({ code: 'too_many_events', status: 413 });
    expect(refusal(() => body(JSON.stringify(Array(4).fill(login)), 'json', 3))).toMatchObject({ code: 'too_many_events', status: 413 });
  });

  it('INGEST-17 survives deeply nested JSON and keys that objects are born with', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(refusal(() => body(deep)).code).toBe('invalid_body');
    expect(refusal(() => body(`{"type":"login","organisation":"1","logonSource":"CRM","user":${deep}}`)).errors[0]?.path).toBe('user');
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const text = `{"type":"login","organisation":"1","user":"u","logonSource":"CRM","${key}":{"user":"x"}}`;
      expect(refusal(() => body(text)).errors).toEqual([{ index: 0, path: key, message: `"${key}" is not a known field` }]);
    }
  });
});
