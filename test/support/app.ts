/**
 * The daemon inside the test's own process, on a free port, over a store in memory: what the edge does, without a disk.
 *
 * @example const app = await startApp(onTestFinished);
 */
import { createApp } from '../../server/app.ts';
import { type Clock, systemClock } from '../../server/clock.ts';
import { type ConfigSources, loadConfig } from '../../server/config.ts';
import { createLog } from '../../server/log.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Store } from '../../server/store/store.ts';
import { type Api, api } from './api.ts';

export interface TestApp extends Api {
  readonly url: string;
  readonly port: number;
  /** Entries of its log. */
  readonly log: Record<string, unknown>[];
  close(): Promise<boolean>;
}

export interface TestAppOptions {
  config?: string;
  store?: Store;
  clock?: Clock;
}

/** @param atEnd takes what has to be done when the test is over: `onTestFinished` or `afterAll` */
export async function startApp(
  atEnd: (run: () => Promise<void>) => void,
  { config = '', store, clock = systemClock }: TestAppOptions = {},
): Promise<TestApp> {
  const sources: ConfigSources = { file: config, flags: config.includes('listen:') ? {} : { listen: '127.0.0.1:0' } };
  const log: Record<string, unknown>[] = [];
  const app = await createApp(loadConfig(sources).config, {
    clock,
    randomId: () => 'epoch-of-a-test',
    log: createLog('info', { write: (line) => void log.push(JSON.parse(line)) }),
    openStore: () => store ?? createMemoryStore(),
    onFatal: (error) => log.push({ fatal: String(error) }),
  });
  atEnd(async () => void (await app.close()));
  return { ...api(app.url), url: app.url, port: Number(new URL(app.url).port), log, close: () => app.close() };
}
