/** Settings, assignments, rules and receivers, changed now and then and asked for until they are answered; and files of another system. */
import type { ImportReport } from '../../shared/import.ts';
import { formatInstant } from '../../shared/time.ts';
import type { NaiveInput } from '../support/naive-books.ts';
import { LICENCES, USERS } from './producer.ts';
import type { Outside } from './world.ts';

const MINUTE = 60_000;
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export interface Zone {
  timeZone: string;
  billingPeriodStartDay: number;
}

export interface Administrator {
  readonly open: number;
  /** Names of the settings that were acknowledged, oldest first. */
  readonly settings: string[];
  /** Rows of files that were acknowledged. */
  readonly imported: NaiveInput[];
}

/** @param receivers where messages go; null: there are none */
export function createAdministrator(
  world: Outside,
  organisation: string,
  zones: Zone[],
  receivers: string | null = 'https://receiver.example',
): Administrator {
  const { clock, random } = world;
  const O = `/api/v1/organisations/${organisation}`;
  const settings: string[] = [];
  const imported: NaiveInput[] = [];
  let zone = zones[0] as Zone;
  let open = 0;
  let versions = 0;
  let files = 0;
  /** The second of the newest row of any file: rows of different files never share one. */
  let second = 0;

  const insist = async (method: string, path: string, body: string, type?: string): Promise<string> => {
    for (; world.failures.length === 0; ) {
      const answer = await world.ask(method, path, body, type);
      if (answer && answer.status < 300) return answer.body;
      if (answer && answer.status !== 503) world.fail(`${method} ${path} was answered ${answer.status} ${answer.body}`);
      await world.wait(1_000 + random.below(world.calm ? 1_000 : 60_000));
    }
    return '';
  };

  const putSettings = async (): Promise<void> => {
    if (versions > 0 && random.chance(0.12)) zone = zones[random.below(zones.length)] as Zone;
    const name = `v${versions++}`;
    const entitlements = Object.fromEntries(
      LICENCES.filter(() => random.chance(0.7)).map((type) => [type, { concurrent: random.below(4), contingency: random.below(3) }]),
    );
    const when = random.next();
    const from =
      when < 0.4 ? undefined : when < 0.9 ? clock.now() - random.below(8 * 60 * MINUTE) : clock.now() + random.below(4 * 60 * MINUTE);
    const body = {
      name,
      ...zone,
      entitlements,
      ...(from !== undefined && { effectiveFrom: formatInstant(from - (from % 1000)) }),
      ...(random.chance(0.4) && { scheduledLogOff: random.pick(['23:30', '01:30', '02:30', '00:00']) }),
      ...(random.chance(0.3) && { staleAfterSeconds: 3_600, feedSilentAfterSeconds: 1_200 }),
    };
    await insist('PUT', O, JSON.stringify(body));
    settings.push(name);
  };

  const assignment = () => ({
    ...(random.chance(0.7) && { userType: random.pick(['Inbound Agent', 'Supervisor']) }),
    serviceFeatures: ['Recording', 'Agent Calls', 'Agent E-mail'].filter(() => random.chance(0.5)),
    group: `team ${random.below(3)}`,
  });

  const putUser = async (): Promise<void> => {
    const user = USERS[random.below(USERS.length)] as string;
    await insist('PUT', `${O}/users/${user}`, JSON.stringify(assignment()));
  };

  const putUsers = async (): Promise<void> => {
    const users = USERS.filter(() => random.chance(0.5)).map((user) => ({ user, ...assignment() }));
    await insist('PUT', `${O}/users`, JSON.stringify(users));
  };

  /**
   * Holdings of people of its own, each row at a second of its own. None is released here: whether a release finds its holding
   * would depend on what was known of log-offs when the file came.
   */
  const importFile = async (): Promise<void> => {
    const rows: NaiveInput[] = [];
    const user = `imported-${files++}`;
    let at = Math.max(second + 1, Math.floor((clock.now() - random.below(20 * 60 * MINUTE)) / 1000));
    for (const licence of LICENCES) {
      if (at * 1000 > clock.now() - MINUTE) break;
      rows.push({ type: 'import-acquired', user, device: 'desktop', source: 'Agent Desktop', licences: [licence], at: at * 1000 });
      at += 1 + random.below(3_000);
    }
    if (rows.length === 0) return;
    second = (rows.at(-1)?.at ?? 0) / 1000;
    const lines = rows.map(({ at: when, licences, source }) => {
      const utc = formatInstant(when);
      return `Acquired,${utc.slice(0, 19).replace('T', ' ')},${licences?.[0]},${user},${source},${utc}`;
    });
    const text = `Usage Type,Logged Date Time,Licence Type,User,Logon Source,Logged At (UTC)\n${lines.join('\n')}\n`;
    const report = JSON.parse(await insist('POST', `${O}/import`, text, 'text/csv')) as ImportReport;
    if (report.recorded + report.duplicates !== rows.length) world.fail(`an import came to ${JSON.stringify(report)}`);
    imported.push(...rows);
  };

  const setUp = async (): Promise<void> => {
    await putSettings();
    const webhook = (id: string, events: string[]) =>
      insist('PUT', `${O}/webhooks/${id}`, JSON.stringify({ url: `${receivers}/${organisation}/${id}`, secret: SECRET, events }));
    if (receivers !== null) {
      await webhook('alerts', ['alert.firing', 'alert.resolved', 'alert.unknown']);
      await webhook('everything', []);
    }
    const rule = (id: string, body: object) => insist('PUT', `${O}/alert-rules/${id}`, JSON.stringify(body));
    await rule('two', { licenceType: 'Recording', metric: 'inUse', op: '>=', threshold: 2 });
    await rule('none-left', { licenceType: '*', metric: 'concurrentAvailable', op: '<', threshold: 1, forSeconds: 60 });
    await rule('overflow', { licenceType: '*', metric: 'contingencyUsed', op: '>=', threshold: 1, keepFiringForSeconds: 120 });
  };

  const act = async (): Promise<void> => {
    open++;
    await setUp();
    open--;
    for (;;) {
      await world.wait(random.below(180 * MINUTE));
      if (world.calm) continue;
      open++;
      const what = random.next();
      if (what < 0.35) await putSettings();
      else if (what < 0.7) await putUser();
      else if (what < 0.8) await putUsers();
      else await importFile();
      open--;
    }
  };
  void act();
  return {
    settings,
    imported,
    get open() {
      return open;
    },
  };
}
