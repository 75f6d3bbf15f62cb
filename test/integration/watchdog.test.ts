import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startApp } from '../support/app.ts';
import { within } from '../support/within.ts';

it('WATCH-6 the daemon beats once it records, and not any more once it is stopped', async () => {
  const beats: string[] = [];
  let heard = () => {};
  const first = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const server = createServer((request, response) => {
    beats.push(`${request.method} ${request.url}`);
    response.end();
    heard();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/uuid`;
  const app = await startApp(onTestFinished, {
    config: `watchdog: {url: "${url}", everySeconds: 3600}\nwebhooks: {allowTargets: ["127.0.0.1/32"]}\n`,
  });
  await app.put('/api/v1/organisations/129', {});
  await within(first, 20_000, () => 'a beat');
  expect(beats).toEqual(['GET /ping/uuid']);
  expect((await app.get<string>('/metrics')).body).toContain('highwater_watchdog_beats_total');
  await app.close();
  expect(beats).toHaveLength(1);
});
