import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';

let daemon: Daemon;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon.stop());

const O = '/api/v1/organisations/129';
const send = (path: string, body: string, type = 'text/csv') =>
  fetch(`${daemon.url}${path}`, { method: 'PUT', headers: { 'content-type': type }, body });

describe('administration', () => {
  it('ADMIN-1 users come in bulk as a table, all or none', async () => {
    await send(O, '{"name": "Northwind"}', 'application/json');
    const bad = await send(`${O}/users`, 'user,userType,shoeSize\nedred,Inbound Agent,44\n');
    expect([bad.status, (await bad.json()).errors[0].path]).toEqual([400, 'shoeSize']);
    const table =
      'user,name,group,userType,serviceFeatures\r\nedred,"Edred, the first",Sales,Inbound Agent,Agent Calls; Agent E-mail\r\nzoë,,,Supervisor,\r\n';
    expect((await send(`${O}/users`, table)).status).toBe(200);
    expect(await (await fetch(`${daemon.url}${O}/users/edred`)).json()).toEqual({
      user: 'edred',
      name: 'Edred, the first',
      group: 'Sales',
      userType: 'Inbound Agent',
      serviceFeatures: ['Agent Calls', 'Agent E-mail'],
    });
    const twice = await send(`${O}/users`, 'user\nedred\nedred\n');
    expect([twice.status, (await twice.json()).errors[0].index]).toEqual([400, 1]);
  });

  it('ADMIN-2 entitlements are replaced as a table, and all else stays', async () => {
    const answer = await send(`${O}/entitlements`, 'licenceType,concurrent,contingency\nRecording,20,2\nOUTBOUND Agent,5,\n');
    expect(await answer.json()).toEqual({
      Recording: { concurrent: 20, contingency: 2 },
      'Outbound Agent': { concurrent: 5, contingency: 0 },
    });
    expect(await (await fetch(`${daemon.url}${O}`)).json()).toMatchObject({
      name: 'Northwind',
      entitlements: { Recording: { concurrent: 20 } },
    });
    const bad = await send(`${O}/entitlements`, 'licenceType,concurrent\nRecording,many\n');
    expect([bad.status, (await bad.json()).errors[0].path]).toEqual([400, 'Recording.concurrent']);
  });

  it('ADMIN-3 every change is listed with when, whose token, and from what to what, also over kill -9', async () => {
    await fetch(`${daemon.url}${O}/users/edred`, { method: 'DELETE' });
    await daemon.kill();
    daemon = await startDaemon({ dataDir: daemon.dataDir });
    const { items } = await (await fetch(`${daemon.url}${O}/changes`)).json();
    expect(items[0]).toMatchObject({ kind: 'user', user: 'edred', by: null, before: { group: 'Sales' }, after: null });
    expect(items[1]).toMatchObject({
      kind: 'organisation',
      user: null,
      before: { entitlements: {} },
      after: { entitlements: { Recording: { concurrent: 20 } } },
    });
    const { items: own } = await (await fetch(`${daemon.url}${O}/changes?user=edred&limit=1`)).json();
    expect(own).toHaveLength(1);
  });

  it('STORE-41 the longest names work wherever a name may stand', async () => {
    const name = '👩'.repeat(128);
    const organisation = `/api/v1/organisations/${encodeURIComponent(name)}`;
    const put = (path: string, body: unknown) => send(`${organisation}${path}`, JSON.stringify(body), 'application/json');
    expect((await put('', { name, entitlements: { [name]: { concurrent: 1 } } })).status).toBe(200);
    expect((await put(`/users/${encodeURIComponent(name)}`, { name, group: name, userType: name, serviceFeatures: [name] })).status).toBe(
      200,
    );
    const event = { type: 'login', organisation: name, user: name, device: name, logonSource: name, licences: [name], id: name };
    for (const at of ['2026-11-02T10:00:00Z', '2026-11-01T10:00:00Z']) {
      const body = JSON.stringify({ ...event, id: at, at });
      const answer = await fetch(`${daemon.url}/api/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      expect([answer.status, (await answer.json()).results[0].status]).toEqual([200, 'recorded']);
    }
    const same = encodeURIComponent(name);
    for (const path of [
      `sessions?user=${same}&device=${same}`,
      `records?user=${same}&licenceType=${same}&logonSource=${same}`,
      `anomalies`,
    ])
      expect((await (await fetch(`${daemon.url}${organisation}/${path}`)).json()).items.length, path).toBeGreaterThan(0);
    const holders = await (await fetch(`${daemon.url}${organisation}/licences/${same}/holders`)).json();
    expect(holders.items).toHaveLength(1);
  });
});
