import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { DataDirInUseError, lockDataDir } from '../../server/data-dir-lock.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import { startApp } from '../support/app.ts';
import { rawRequest, request } from '../support/raw-http.ts';
import { tempDir } from '../support/temp-dir.ts';

const login = { type: 'login', organisation: '129', user: 'a', logonSource: 'CRM', licences: ['Recording'] };

it('HTTP-30 a data directory belongs to one daemon until it gives it back', async () => {
  const dir = tempDir();
  onTestFinished(dir.remove);
  // Longer than a socket's path may be.
  const path = join(dir.path, 'x'.repeat(200));
  const unlock = await lockDataDir(path);
  await expect(lockDataDir(path)).rejects.toThrow(DataDirInUseError);
  await expect(lockDataDir(path)).rejects.toThrow(String(process.pid));
  await unlock();
  await (await lockDataDir(path))();
});

it('HTTP-31 the lock of a daemon that was killed is taken over', async () => {
  const dir = tempDir();
  onTestFinished(dir.remove);
  const script = `require('node:net').createServer().listen(${JSON.stringify(join(dir.path, 'daemon.lock'))}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await expect(lockDataDir(dir.path)).rejects.toThrow(DataDirInUseError);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const unlock = await lockDataDir(dir.path);
  await expect(lockDataDir(dir.path)).rejects.toThrow(DataDirInUseError);
  await unlock();
});

it('HTTP-32 stopping answers what was taken and takes no more', async () => {
  const store = createMemoryStore();
  const app = await startApp(onTestFinished, { store });
  const { commit } = store;
  let letGo: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    store.commit = async (writes) => {
      resolve();
      await held;
      return commit.call(store, writes);
    };
  });
  const answer = app.post('/api/v1/events', login);
  await reached;
  const closed = app.close();
  letGo();
  expect(await answer).toMatchObject({ status: 200, body: { results: [{ status: 'recorded' }] } });
  expect(await closed).toBe(true);
  await expect(app.get('/readyz')).rejects.toThrow();
});

it('HTTP-33 an offer of HTTP/2 over plain text is ignored, the request is answered', async () => {
  const app = await startApp(onTestFinished);
  const offer = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAEAAEAA' };
  const body = JSON.stringify(login);
  const head = request('POST', '/api/v1/events', { ...offer, 'Content-Type': 'application/json', 'Content-Length': String(body.length) });
  // A second request on the same connection ends it.
  const answer = await rawRequest(app.port, head + body.slice(0, 5), body.slice(5), request('GET', '/healthz'));
  expect(answer.status).toBe(200);
  expect(answer.body).toContain('"status":"recorded"');
  expect(answer.body).toContain('"status":"alive"');
});
