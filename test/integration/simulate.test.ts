/** The simulator and the demo as commands, against the real daemon. */
import { expect, it, onTestFinished } from 'vitest';
import type { Summary } from '../../server/simulate/summary.ts';
import type { DeltaFrame } from '../../shared/live-protocol.ts';
import type { UsageView } from '../../shared/views.ts';
import { api } from '../support/api.ts';
import { runCli } from '../support/cli.ts';
import { startDaemon } from '../support/daemon.ts';
import { connectLive } from '../support/live-client.ts';
import { tempDir } from '../support/temp-dir.ts';

const O = '/api/v1/organisations/129';

function simulate(url: string, ...flags: string[]) {
  const run = runCli(['simulate', '--url', url, '--users', '200', '--rate', '200', '--seed', '7', '--json', ...flags]);
  onTestFinished(run.dispose);
  return run;
}

const summaryOf = (stdout: string[]) => JSON.parse(stdout.join('\n')) as Summary;

it('SIM-18: simulate plays a centre against a daemon and tells how it went', async () => {
  const daemon = await startDaemon();
  onTestFinished(daemon.dispose);
  const run = simulate(daemon.url, '--duration', '3');
  expect((await run.ended()).code).toBe(0);
  const summary = summaryOf(run.stdout);
  expect(summary).toMatchObject({ organisation: '129', users: 200, seed: 7, unacknowledged: 0, duplicates: 0 });
  expect(summary.acknowledged).toBe(summary.warmUpEvents + summary.events);
  expect(summary.recorded + summary.ignored).toBe(summary.acknowledged);
  expect(summary.latencyMs.p50).toBeGreaterThan(0);
  const usage = (await daemon.get<UsageView>(`${O}/usage`)).body;
  expect(usage.seq).toBe(summary.seq);
  expect(usage.users).toBeGreaterThan(100);
  const agents = usage.licences.find((row) => row.licenceType === 'Inbound Agent');
  expect(agents?.concurrent.total).toBeGreaterThan(50);
  expect(agents?.inUse).toBeGreaterThan(50);
});

it('SIM-19: a daemon that is killed and comes back gets what it had not acknowledged', async () => {
  const directory = tempDir();
  onTestFinished(directory.remove);
  const daemon = await startDaemon({ dataDir: directory.path });
  onTestFinished(daemon.dispose);
  const run = simulate(daemon.url, '--duration', '8');
  await run.says(/people are on shift/);
  const display = await connectLive(daemon.url, '129');
  await display.waitFor((frame): frame is DeltaFrame => frame.type === 'delta' && frame.users > 50);
  await daemon.kill();
  await run.says(/the daemon is away/);
  const again = await startDaemon({ dataDir: directory.path, listen: new URL(daemon.url).host });
  onTestFinished(again.dispose);
  expect((await run.ended()).code).toBe(0);
  const summary = summaryOf(run.stdout);
  expect(summary.unacknowledged).toBe(0);
  expect(summary.retries).toBeGreaterThan(0);
  expect((await again.get<UsageView>(`${O}/usage`)).body.seq).toBe(summary.seq);
});

it('SIM-20: interrupted it ends cleanly with its summary', async () => {
  const daemon = await startDaemon();
  onTestFinished(daemon.dispose);
  const run = simulate(daemon.url);
  await run.says(/events acknowledged/);
  run.signal('SIGINT');
  expect((await run.ended()).code).toBe(0);
  expect(summaryOf(run.stdout).unacknowledged).toBe(0);
});

it.each([
  ['no URL', ['--users', '10', '--rate', '1']],
  ['a rate of nothing', ['--url', 'http://127.0.0.1:1', '--users', '10', '--rate', '0']],
])('SIM-21: %s is a mistake of usage', async (_, flags) => {
  const run = runCli(['simulate', ...flags]);
  onTestFinished(run.dispose);
  expect((await run.ended()).code).toBe(2);
  expect(run.stderr.join()).toMatch(/error/i);
});

it('SIM-22: demo is a daemon and a centre in one command, and Ctrl-C ends both', async () => {
  const directory = tempDir();
  onTestFinished(directory.remove);
  const demo = runCli(['demo', '--listen', '127.0.0.1:0', '--data-dir', directory.path, '--users', '60', '--rate', '50']);
  onTestFinished(demo.dispose);
  const url = (await demo.says(/live overview\s+(http:\S+?)\/$/))[1] ?? '';
  await demo.says(/people are on shift/);
  const display = await connectLive(url, '129');
  const delta = await display.waitFor((frame): frame is DeltaFrame => frame.type === 'delta' && frame.users > 20);
  expect(delta.licences.length).toBeGreaterThan(0);
  demo.signal('SIGINT');
  expect((await demo.ended()).code).toBe(0);
  await display.closed;
  await expect(api(url).get('/healthz')).rejects.toThrow();
});
