import type { ReactiveControllerHost } from 'lit';
import { parseInstant } from '../../shared/time.ts';
import type { DashboardClient } from '../client/dashboard-client.ts';
import { type Freshness, freshness } from '../format/freshness.ts';
import { SecondController } from './second-controller.ts';
import { WatchController } from './watch-controller.ts';

/** Says, every second, how old the numbers are. */
export class FreshnessController {
  readonly #client: () => DashboardClient;

  constructor(host: ReactiveControllerHost, client: () => DashboardClient) {
    this.#client = client;
    new SecondController(host, () => client().live.serverNow());
    new WatchController(host, () => [client().live, client().directory]);
  }

  get now(): number {
    return this.#client().live.serverNow();
  }

  get value(): Freshness {
    const { live, timeZone } = this.#client();
    const usage = live.state()?.usage;
    return freshness({
      connected: live.connection() === 'live' || live.connection() === 'subscribing',
      age: live.age(),
      isOld: live.isOld(),
      heardAt: live.heardAt(),
      now: live.serverNow(),
      timeZone: timeZone(),
      notRecording: live.notRecording(),
      feedSilent: usage?.completeness === 'stale',
      lastEventAt: parseInstant(usage?.lastEventAt ?? ''),
    });
  }
}
