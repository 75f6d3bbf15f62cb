/** storm's worked example through the real daemon: the whole table, the six records, and all of it again after kill -9. */
import { expect, it, onTestFinished } from 'vitest';
import type { IngestAnswer } from '../../shared/events.ts';
import type { DeltaFrame } from '../../shared/live-protocol.ts';
import type { Page, RecordView, SessionView, UsageView } from '../../shared/views.ts';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { connectLive } from '../support/live-client.ts';
import { tempDir } from '../support/temp-dir.ts';

const O = '/api/v1/organisations/129';
const TYPES = ['Inbound Agent', 'Agent E-mail', 'Agent Calls'] as const;
const edred = { organisation: '129', user: 'edred' };

const STEPS = [
  {
    event: { ...edred, type: 'login', logonSource: 'Agent Desktop', at: '2020-03-06T13:30:28Z' },
    records: 2,
    inUse: [1, 1, 0],
    holdings: 2,
  },
  {
    event: { ...edred, type: 'login', logonSource: 'Paired Device', at: '2020-03-06T13:34:38Z' },
    records: 2,
    inUse: [1, 1, 1],
    holdings: 4,
  },
  {
    event: { ...edred, type: 'logout', logonSource: 'Agent Desktop', at: '2020-03-06T17:04:40Z' },
    records: 2,
    inUse: [1, 0, 1],
    holdings: 2,
  },
];

const RECORDS = [
  ['Acquired', '2020-03-06T13:30:28.000Z', 'Inbound Agent', 'Agent Desktop', 'desktop', 1, null],
  ['Acquired', '2020-03-06T13:30:28.000Z', 'Agent E-mail', 'Agent Desktop', 'desktop', 1, null],
  ['Acquired', '2020-03-06T13:34:38.000Z', 'Inbound Agent', 'Paired Device', 'deskphone', 1, null],
  ['Acquired', '2020-03-06T13:34:38.000Z', 'Agent Calls', 'Paired Device', 'deskphone', 1, null],
  ['Released', '2020-03-06T17:04:40.000Z', 'Inbound Agent', 'Agent Desktop', 'desktop', 1, 12_852],
  ['Released', '2020-03-06T17:04:40.000Z', 'Agent E-mail', 'Agent Desktop', 'desktop', 0, 12_852],
];

const usage = async (daemon: Daemon) => (await daemon.get<UsageView>(`${O}/usage`)).body;
const inUse = (view: UsageView) => TYPES.map((type) => view.licences.find((row) => row.licenceType === type)?.inUse ?? 0);
const holdings = (view: UsageView) => view.licences.reduce((sum, row) => sum + row.holdings, 0);
const line = (record: RecordView) =>
  JSON.stringify([
    record.usageType,
    record.loggedAt,
    record.licenceType,
    record.logonSource,
    record.device,
    record.inUse,
    record.heldSeconds,
  ]);

/** The rows of one login or logout have no order among themselves. */
async function expectBooks(daemon: Daemon): Promise<{ seqs: number[]; usage: Omit<UsageView, 'asOf'> }> {
  const { items } = (await daemon.get<Page<RecordView>>(`${O}/records?order=asc`)).body;
  expect(items.map(line).sort()).toEqual(RECORDS.map((row) => JSON.stringify(row)).sort());
  expect(items.every((record) => record.user === 'edred' && record.pool === 'concurrent' && record.userType === 'Inbound Agent')).toBe(
    true,
  );
  const sessions = (await daemon.get<Page<SessionView>>(`${O}/sessions`)).body.items;
  expect(sessions).toMatchObject([{ user: 'edred', device: 'deskphone', logonSource: 'Paired Device', since: '2020-03-06T13:34:38.000Z' }]);
  expect(sessions[0]?.licences.map((licence) => licence.licenceType).sort()).toEqual(['Agent Calls', 'Inbound Agent']);
  const view = await usage(daemon);
  expect(view).toMatchObject({ users: 1, sessions: 1, anomalies: 0 });
  expect(inUse(view)).toEqual([1, 0, 1]);
  const { asOf: _, ...rest } = view;
  return { seqs: items.map((record) => record.seq), usage: rest };
}

it('LIC-1: edred holds what storm says, on the screen too, and still does after kill -9', async () => {
  const directory = tempDir();
  onTestFinished(directory.remove);
  const daemon = await startDaemon({ dataDir: directory.path });
  onTestFinished(daemon.dispose);
  const settings = { name: 'Northwind', timeZone: 'Europe/London', billingPeriodStartDay: 1, entitlements: {} };
  const assignment = { userType: 'Inbound Agent', serviceFeatures: ['Agent Calls', 'Agent E-mail'] };
  expect((await daemon.put(O, settings)).status).toBeLessThan(300);
  expect((await daemon.put(`${O}/users/edred`, assignment)).status).toBeLessThan(300);
  const display = await connectLive(daemon.url, '129');
  await display.waitFor((frame) => frame.type === 'snapshot');

  for (const step of STEPS) {
    const seen = display.frames.length;
    const { status, body } = await daemon.post<IngestAnswer>('/api/v1/events', step.event);
    expect(status).toBe(200);
    expect(body.results).toMatchObject([{ index: 0, status: 'recorded' }]);
    expect(body.results[0]?.records).toHaveLength(step.records);
    const view = await usage(daemon);
    expect(inUse(view)).toEqual(step.inUse);
    expect(holdings(view)).toBe(step.holdings);
    const delta = await display.waitFor((frame): frame is DeltaFrame => frame.type === 'delta' && frame.seq >= body.seq, seen);
    expect(delta.licences.length).toBeGreaterThan(0);
  }
  await display.close();
  const before = await expectBooks(daemon);

  await daemon.kill();
  const again = await startDaemon({ dataDir: directory.path });
  onTestFinished(again.dispose);
  expect(await expectBooks(again)).toEqual(before);
});
