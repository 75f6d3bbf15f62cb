/** `npm run check:receivers`: the real Alertmanager and Prometheus take what we send, and Alertmanager's own messages look like ours. */
import { deepStrictEqual, ok } from 'node:assert';
import { setInterval } from 'node:timers/promises';
import { Webhook as Verifier } from 'standardwebhooks';
import { startApp } from '../support/app.ts';
import { type Received, startReceiver } from '../support/receiver.ts';
import { SECRET } from '../support/webhooks.ts';
import { programOf, runOn, startProgram, versionOf } from './programs.ts';
import { shapeDifferences } from './shape.ts';

const O = '/api/v1/organisations/129';
/** Everything that a label may hold and a program may stumble over. */
const TYPE = 'Agent "Calls" \\ & ü 😀';
const WAIT_MS = 20_000;
const MINUTE_MS = 90_000;
const ASK_EVERY_MS = 200;

interface Posted {
  status: string;
  groupKey: string;
  alerts: PostedAlert[];
  groupLabels: Record<string, string>;
  commonLabels: Record<string, string>;
}
interface PostedAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  fingerprint: string;
  startsAt: string;
  endsAt: string;
  generatorURL: string;
  status: string;
}
interface Kept {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  fingerprint: string;
  startsAt: string;
  endsAt: string;
  status: { state: string };
}

/** @param args `--minute`: waits until an alert that goes on firing is told again */
export async function main(args: string[]): Promise<number> {
  const alertmanager = programOf('prometheus-alertmanager', 'alertmanager');
  const prometheus = programOf('prometheus');
  const promtool = programOf('promtool');
  if (!alertmanager || !prometheus || !promtool) {
    console.error(
      'This needs alertmanager, prometheus and promtool on the PATH. On Debian: apt-get install prometheus prometheus-alertmanager',
    );
    return 1;
  }
  const ends: (() => Promise<void>)[] = [];
  const atEnd = (run: () => Promise<void>) => void ends.unshift(run);
  try {
    console.log(`${versionOf(alertmanager)}; ${versionOf(prometheus)}`);
    await check(atEnd, { alertmanager, prometheus, promtool }, args.includes('--minute'));
    return 0;
  } catch (error) {
    console.error(error);
    return 1;
  } finally {
    for (const end of ends) await end();
  }
}

async function check(
  atEnd: (run: () => Promise<void>) => void,
  programs: { alertmanager: string; prometheus: string; promtool: string },
  minute: boolean,
): Promise<void> {
  const recorder = await startReceiver(atEnd);
  const manager = await startProgram(programs.alertmanager, alertmanagerConfig(`${recorder.url}/theirs`), (directory) => [
    '--web.listen-address=127.0.0.1:0',
    '--cluster.listen-address=',
    `--storage.path=${directory}`,
  ]);
  atEnd(manager.stop);
  const app = await startApp(atEnd, { config: 'webhooks: {allowTargets: ["127.0.0.1/32"]}\n' });
  await app.put(O, { entitlements: { [TYPE]: { concurrent: 2, contingency: 2 } } });
  const events = ['alert.firing', 'alert.resolved'];
  await app.put(`${O}/webhooks/push`, { url: manager.url, format: 'alertmanager-v2' });
  await app.put(`${O}/webhooks/ours`, { url: `${recorder.url}/ours`, format: 'alertmanager', events });
  await app.put(`${O}/webhooks/standard`, { url: `${recorder.url}/standard`, secret: SECRET, events });
  await app.put(`${O}/alert-rules/full`, {
    name: 'Nearly full',
    licenceType: TYPE,
    metric: 'inUse',
    threshold: 1,
    severity: 'critical',
    annotations: { 'run book': 'Call "Mary"' },
  });
  const act = (type: string) =>
    app.post('/api/v1/events', {
      type,
      organisation: '129',
      user: 'a',
      logonSource: 'Soft Client',
      ...(type === 'login' && { licences: [TYPE] }),
    });
  const posted = async (path: string, status: string): Promise<Posted> => {
    const fits = (message: Received) => message.path === path && JSON.parse(message.raw).status === status;
    const [message] = await recorder.waitFor(1, fits);
    return JSON.parse((message as Received).raw) as Posted;
  };
  const kept = async () => (await (await fetch(`${manager.url}/api/v2/alerts`)).json()) as Kept[];

  await act('login');
  const ours = await posted('/ours', 'firing');
  const [alert] = await until(kept, (alerts) => alerts.length === 1);
  const [mine] = ours.alerts;
  deepStrictEqual(
    {
      labels: alert?.labels,
      annotations: alert?.annotations,
      fingerprint: alert?.fingerprint,
      startsAt: alert?.startsAt,
      state: alert?.status.state,
    },
    { labels: mine?.labels, annotations: mine?.annotations, fingerprint: mine?.fingerprint, startsAt: mine?.startsAt, state: 'active' },
  );
  console.log('ok: Alertmanager keeps the pushed alert with our labels, annotations, start and fingerprint');

  const theirs = await posted('/theirs', 'firing');
  compare(ours, theirs);
  console.log(
    `ok: firing, every key as Alertmanager posts it: ${Object.keys(theirs).join(', ')}; of an alert ${Object.keys(theirs.alerts[0] ?? {}).join(', ')}`,
  );

  if (minute) {
    await until(kept, ([again]) => again !== undefined && again.endsAt > (alert?.endsAt ?? ''), MINUTE_MS);
    console.log('ok: after a minute it was told that the alert still fires');
  }
  await act('logout');
  compare(await posted('/ours', 'resolved'), await posted('/theirs', 'resolved'));
  deepStrictEqual(await until(kept, (alerts) => alerts.length === 0), []);
  console.log('ok: resolved, every key too; Alertmanager holds no alert any more');

  for (const { raw, headers } of recorder.messages.filter(({ path }) => path === '/standard'))
    deepStrictEqual(new Verifier(SECRET).verify(raw, headers as Record<string, string>), JSON.parse(raw));
  console.log('ok: npm standardwebhooks verifies both messages of format standard');

  const metrics = (await app.get<string>('/metrics')).body;
  runOn(programs.promtool, ['check', 'metrics'], metrics);
  console.log('ok: promtool has nothing to say to /metrics');
  const scraper = await startProgram(programs.prometheus, prometheusConfig(app.url), (directory) => [
    '--web.listen-address=127.0.0.1:0',
    `--storage.tsdb.path=${directory}`,
  ]);
  atEnd(scraper.stop);
  const query = async () => {
    const answer = await fetch(`${scraper.url}/api/v1/query?query=highwater_licences_entitled`);
    // It says that it is not ready yet.
    if (!answer.ok) return [];
    return ((await answer.json()) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } }).data.result;
  };
  const samples = await until(query, (result) => result.length > 0);
  const concurrent = samples.find(({ metric }) => metric['pool'] === 'concurrent');
  deepStrictEqual([concurrent?.metric['licence_type'], concurrent?.value[1]], [TYPE, '2']);
  console.log('ok: Prometheus scrapes /metrics and has the licences of every pool');
}

/** What each says of the alert; where it was sent from, and when it is taken for over, is its own. */
function compare(ours: Posted, theirs: Posted): void {
  deepStrictEqual(shapeDifferences(ours, theirs), []);
  ok(ours.groupKey.startsWith('{}:') && theirs.groupKey.startsWith('{}:'));
  const said = ({ status, groupKey, groupLabels, commonLabels, alerts }: Posted) => ({
    status,
    groupKey,
    groupLabels,
    commonLabels,
    alerts: alerts.map(alertSaid),
  });
  deepStrictEqual(said(ours), said(theirs));
}

/** Go leaves zeros at the end of a fraction of a second out. */
const alertSaid = ({ generatorURL: _from, endsAt: _until, startsAt, ...alert }: PostedAlert) => ({
  ...alert,
  startsAt: Date.parse(startsAt),
});

/** Asks a program that tells nobody of its changes, again and again, until the answer satisfies. */
async function until<T>(ask: () => Promise<T>, good: (value: T) => boolean, waitMs = WAIT_MS): Promise<T> {
  const end = Date.now() + waitMs;
  let value = await ask();
  for await (const _ of setInterval(ASK_EVERY_MS)) {
    if (good(value)) return value;
    if (Date.now() > end) break;
    value = await ask();
  }
  throw new Error(`never came: ${JSON.stringify(value)}`);
}

const alertmanagerConfig = (recorder: string) => `
route: {receiver: recorder, group_by: ['...'], group_wait: 1s, group_interval: 1s}
receivers: [{name: recorder, webhook_configs: [{url: "${recorder}", send_resolved: true}]}]
`;
const prometheusConfig = (url: string) => `
global: {scrape_interval: 1s}
scrape_configs: [{job_name: highwater, static_configs: [{targets: ["${new URL(url).host}"]}]}]
`;
