import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ImportReport } from '../../shared/import.ts';
import type { Problem } from '../../shared/problems.ts';
import type { UsageView } from '../../shared/views.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { runCli } from '../support/cli.ts';
import { startDaemon } from '../support/daemon.ts';
import { csv } from '../support/import.ts';
import { tempDir } from '../support/temp-dir.ts';

const O = '/api/v1/organisations/129';
const CSV = { 'content-type': 'text/csv' };
const fixturePath = (name: string) => join(process.cwd(), 'test', 'fixtures', `${name}.csv`);
const fixture = (name: string) => readFileSync(fixturePath(name));
const app = () => startApp(onTestFinished);
const post = (to: TestApp, body: string | Uint8Array, query = '', headers: Record<string, string> = CSV) =>
  to.post<ImportReport & Problem>(`${O}/import${query}`, body, headers);
const counts = async (of: TestApp) =>
  Object.fromEntries((await of.get<UsageView>(`${O}/usage`)).body.licences.map((row) => [row.licenceType, [row.inUse, row.holdings]]));

/** A form as browsers send it, with something before and after the file. */
function form(file: Uint8Array, field = 'file') {
  const parts = new FormData();
  parts.append('note', 'of March');
  parts.append(field, new Blob([file as BlobPart], { type: 'text/csv' }), 'usage.csv');
  parts.append('other', new Blob(['a,b\n1,2\n']), 'other.csv');
  return parts;
}

describe('POST .../import', () => {
  it('IMPORT-60 takes the file as the body, creates the organisation, and a second time adds nothing', async () => {
    const to = await app();
    const first = await post(to, fixture('storm-edred-corrected'));
    expect([first.status, first.body]).toEqual([200, { rows: 6, recorded: 6, normalised: [], unpaired: [], refused: [], duplicates: 0 }]);
    expect(await counts(to)).toEqual({ 'Inbound Agent': [1, 1], 'Agent E-mail': [0, 0], 'Agent Calls': [1, 1] });
    const second = await post(to, fixture('storm-edred-corrected'));
    expect(second.body).toMatchObject({ rows: 6, recorded: 0, duplicates: 6 });
  });

  it('IMPORT-61 takes the one file of a form, whatever its part is called', async () => {
    const to = await app();
    const send = async (body: FormData) => {
      const response = await fetch(new URL(`${O}/import`, to.url), { method: 'POST', body });
      return [response.status, (await response.json()) as ImportReport & Problem] as const;
    };
    expect(await send(form(fixture('storm-edred-corrected')))).toMatchObject([200, { rows: 6, recorded: 6 }]);
    const named = new FormData();
    named.append('upload', new Blob([new Uint8Array(fixture('storm-edred-corrected'))]), 'usage.csv');
    named.append('note', 'of March');
    expect(await send(named)).toMatchObject([200, { rows: 6, duplicates: 6 }]);
    const bare = new FormData();
    bare.append('file', fixture('storm-edred-corrected').toString());
    expect(await send(bare)).toMatchObject([200, { rows: 6, duplicates: 6 }]);
    const none = new FormData();
    none.append('note', 'of March');
    expect(await send(none)).toMatchObject([400, { code: 'invalid_body', detail: expect.stringContaining('no file') }]);
    expect(await send(form(fixture('storm-edred-verbatim'), 'first'))).toMatchObject([
      400,
      { code: 'invalid_body', detail: expect.stringContaining('more than one file') },
    ]);
    expect(await counts(to)).toEqual({ 'Inbound Agent': [1, 1], 'Agent E-mail': [0, 0], 'Agent Calls': [1, 1] });
    expect(await send(form(Buffer.from('a,b\n1,2\n')))).toMatchObject([400, { code: 'invalid_body' }]);
    const broken = await post(to, 'no boundary', '', { 'content-type': 'multipart/form-data' });
    expect([broken.status, broken.body.code]).toEqual([400, 'invalid_body']);
    const cut = await post(to, '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nUsage', '', {
      'content-type': 'multipart/form-data; boundary=x',
    });
    expect([cut.status, cut.body.code]).toEqual([400, 'invalid_body']);
  });

  it('IMPORT-62 a dry run says the same and changes nothing, not even the list of organisations', async () => {
    const to = await app();
    const dry = await post(to, fixture('storm-edred-verbatim'), '?dryRun=true');
    expect((await to.get<{ items: unknown[] }>('/api/v1/organisations')).body.items).toEqual([]);
    expect((await post(to, fixture('storm-edred-verbatim'))).body).toEqual(dry.body);
    expect(dry.body).toMatchObject({ recorded: 6, normalised: { length: 7 } });
  });

  it('IMPORT-63 date order and time zone are chosen in the query; what is unknown there is refused', async () => {
    const to = await app();
    const text = csv('Acquired,06/03/2020 13:30:28,Recording,edred,Soft Client');
    expect((await post(to, text)).body).toMatchObject({ recorded: 0, refused: [{ line: 2 }] });
    expect((await post(to, text, '?dateOrder=DMY&timeZone=America/New_York')).body).toMatchObject({ recorded: 1, normalised: [] });
    const { items } = (await to.get<{ items: { loggedAt: string }[] }>(`${O}/records`)).body;
    expect(items[0]?.loggedAt).toBe('2020-03-06T18:30:28.000Z');
    for (const query of ['?dateOrder=DYM', '?timeZone=Mars', '?dryRun=yes', '?order=DMY']) {
      const answer = await post(to, text, query);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_query']);
    }
  });

  it.each([
    ['no rows', csv()],
    ['nothing', ''],
    ['a column is missing', 'Usage Type,Logged Date Time,Licence Type,User\nAcquired,2020-03-06 13:30:28,Recording,edred\n'],
    ['an open quotation mark', csv('Acquired,2020-03-06 13:30:28,Recording,"edred,Soft Client')],
  ])('IMPORT-64 400 when there is %s, and nothing is recorded', async (_, text) => {
    const to = await app();
    const answer = await post(to, text);
    expect([answer.status, answer.body.code, answer.headers.get('content-type')]).toEqual([
      400,
      'invalid_body',
      'application/problem+json',
    ]);
    expect((await to.get<{ items: unknown[] }>('/api/v1/organisations')).body.items).toEqual([]);
  });

  it('IMPORT-65 415 for what is no CSV, 413 beyond the most bytes, announced or not; the connection answers', async () => {
    const to = await startApp(onTestFinished, { config: 'limits: {maxImportBytes: 1000}' });
    expect((await post(to, '{}', '', { 'content-type': 'application/json' })).status).toBe(415);
    const large = csv(...Array.from({ length: 50 }, (_, i) => `Acquired,2020-03-06 13:30:28,Recording,user ${i},Soft Client`));
    expect((await post(to, large)).body).toMatchObject({ status: 413, code: 'too_large' });
    expect(await chunked(to, large)).toBe(413);
    expect((await to.get<{ items: unknown[] }>('/api/v1/organisations')).body.items).toEqual([]);
  });

  it('IMPORT-66 a caller that hangs up halfway has recorded nothing', async () => {
    const to = await app();
    const text = csv(...Array.from({ length: 500 }, (_, i) => `Acquired,2020-03-06 13:30:28,Recording,user ${i},Soft Client`));
    const sending = request(new URL(`${O}/import`, to.url), { method: 'POST', headers: { ...CSV, 'content-length': text.length } });
    const ended = new Promise<void>((resolve) => sending.once('close', () => resolve()).on('error', () => {}));
    sending.write(text.slice(0, text.length / 2), () => sending.destroy());
    await ended;
    expect((await post(to, csv('Acquired,2020-03-06 13:30:28,Recording,edred,Soft Client'))).body.recorded).toBe(1);
    expect(await counts(to)).toEqual({ Recording: [1, 1] });
  });

  it('IMPORT-67 who accepts NDJSON hears how far it has come, and the report last', async () => {
    const to = await app();
    const text = csv(
      ...Array.from({ length: 2_500 }, (_, i) => `Acquired,2020-03-06 13:${10 + Math.floor(i / 100)}:00,Recording,user ${i},Soft Client`),
    );
    const answer = await post(to, text, '', { ...CSV, accept: 'application/x-ndjson' });
    const lines = String(answer.body)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines.slice(0, -1)).toEqual([1000, 2000, 2500].map((rows) => ({ progress: { phase: 'recording', rows, of: 2500 } })));
    expect(lines.at(-1)).toMatchObject({ report: { rows: 2500, recorded: 2500 } });
  });

  it('IMPORT-68 events are answered while a file is imported', async () => {
    const to = await app();
    const text = csv(
      ...Array.from({ length: 20_000 }, (_, i) => `Acquired,2020-03-06 13:30:28,Recording,user ${i % 5000},Soft Client`).map((row, i) =>
        row.replace('28', String(10 + Math.floor(i / 5000))),
      ),
    );
    const order: string[] = [];
    const file = post(to, text).then((answer) => {
      order.push('file');
      return answer;
    });
    const event = { type: 'login', organisation: '129', user: 'edred', logonSource: 'Agent Desktop', licences: ['Agent SMS'] };
    for (let i = 0; i < 3; i++) await to.post('/api/v1/events', event).then(() => order.push('event'));
    expect((await file).body).toMatchObject({ rows: 20_000, recorded: 5_000, refused: { length: 10_000 }, truncated: { refused: 5_000 } });
    expect(order.at(-1)).toBe('file');
  });
});

/** Sends without saying how much is to come. */
function chunked(to: TestApp, text: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sending = request(new URL(`${O}/import`, to.url), { method: 'POST', headers: CSV }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sending.on('error', reject);
    sending.write(text.slice(0, 600));
    sending.end(text.slice(600));
  });
}

describe('the command line', () => {
  it('IMPORT-70 imports a file with a report line by line, exports it, and imports that elsewhere with the same holdings', async () => {
    const daemon = await startDaemon();
    onTestFinished(daemon.dispose);
    const folder = tempDir();
    onTestFinished(folder.remove);
    const run = async (...args: string[]) => {
      const cli = runCli([...args, '--url', daemon.url]);
      onTestFinished(cli.dispose);
      const { code } = await cli.ended();
      return { code, out: cli.stdout.join('\n'), err: cli.stderr.join('\n') };
    };
    const dry = await run('import', fixturePath('storm-edred-verbatim'), '--organisation', '129', '--dry-run');
    expect([dry.code, dry.out]).toEqual([0, expect.stringContaining('Dry run, nothing was changed. 6 rows: 6 would be recorded')]);
    expect(dry.out).toContain('line 3: Logon Source: "Agent Desktop#" read as "Agent Desktop"');
    expect((await daemon.get<{ items: unknown[] }>('/api/v1/organisations')).body.items).toEqual([]);

    const real = await run('import', fixturePath('storm-edred-verbatim'), '--organisation', '129', '--json');
    expect(JSON.parse(real.out)).toMatchObject({ rows: 6, recorded: 6 });

    const out = join(folder.path, 'records.csv');
    expect((await run('export', '--organisation', '129', '--output', out)).code).toBe(0);
    expect(readFileSync(out, 'utf8').split('\r\n')).toHaveLength(8);
    const ndjson = await run('export', '--organisation', '129', '--format', 'ndjson', '--from', '2020-03-06T00:00:00Z');
    expect(ndjson.out.split('\n')).toHaveLength(4);

    const again = await run('import', out, '--organisation', 'copy', '--json');
    expect(JSON.parse(again.out)).toEqual({ rows: 6, recorded: 6, normalised: [], unpaired: [], refused: [], duplicates: 0 });
    const holdings = async (organisation: string) => {
      const { items } = (
        await daemon.get<{ items: { user: string; device: string; licences: unknown[] }[] }>(
          `/api/v1/organisations/${organisation}/sessions`,
        )
      ).body;
      return items.map(({ user, device, licences }) => ({ user, device, licences }));
    };
    expect(await holdings('copy')).toEqual(await holdings('129'));
    expect(await holdings('copy')).toHaveLength(1);

    const explained = await run('explain', '--organisation', '129');
    expect(explained.out).toMatch(
      /^Agent Calls: 1 in use, 1 holding\n {2}USER .*\n {2}edred +concurrent +deskphone +Paired Device +2020-03-02T13:34:38.000Z\n.*freed by: logout from deskphone/m,
    );
    const one = JSON.parse((await run('explain', '--organisation', '129', '--licence-type', 'Inbound Agent', '--json')).out);
    expect(one.licences).toMatchObject([
      { licenceType: 'Inbound Agent', inUse: 1, holdings: 1, holders: [{ user: 'edred', devices: [{ device: 'deskphone' }] }] },
    ]);
  });

  it('IMPORT-71 fails with a sentence: no such file, no daemon, a refused file; wrong usage is another exit code', async () => {
    const daemon = await startDaemon();
    onTestFinished(daemon.dispose);
    const folder = tempDir();
    onTestFinished(folder.remove);
    const bad = join(folder.path, 'bad.csv');
    writeFileSync(bad, 'a,b\n1,2\n');
    const run = async (...args: string[]) => {
      const cli = runCli(args);
      onTestFinished(cli.dispose);
      const { code } = await cli.ended();
      return [code, cli.stderr.join('\n')];
    };
    const to = ['--organisation', '129', '--url', daemon.url];
    expect(await run('import', join(folder.path, 'none.csv'), ...to)).toEqual([1, expect.stringContaining('none.csv')]);
    expect(await run('import', bad, ...to)).toEqual([1, expect.stringMatching(/column Usage Type is missing/)]);
    expect(await run('explain', ...to)).toEqual([1, expect.stringMatching(/no organisation "129"/)]);
    expect(await run('import', bad, '--organisation', '129', '--date-order', 'XYZ')).toEqual([
      2,
      expect.stringMatching(/Allowed choices are YMD/),
    ]);
    expect((await run('explain'))[0]).toBe(2);
    await daemon.stop();
    expect(await run('import', bad, ...to)).toEqual([1, expect.stringMatching(/does not answer/)]);
  });
});
