import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { parseInstant } from '../../shared/time.ts';
import type { DashboardClient } from '../client/dashboard-client.ts';
import { type Freshness, freshness } from '../format/freshness.ts';
import { SecondController } from './second-controller.ts';
import { WatchController } from './watch-controller.ts';

/** Says, every second, how old the numbers are. */
export class FreshnessController implements ReactiveController {
  readonly #client: () => DashboardClient;
  #lastEventAt: number | null = null;
  #asked = '';

  constructor(host: ReactiveControllerHost, client: () => DashboardClient) {
    this.#client = client;
    new SecondController(host, () => client().live.serverNow());
    new WatchController(host, () => [client().live, client().directory]);
    host.addController(this);
  }

  hostUpdate(): void {
    const { live } = this.#client();
    const usage = live.state()?.usage;
    if (usage?.completeness !== 'stale') this.#asked = '';
    else if (this.#asked !== `${usage.organisation} ${usage.seq}`) void this.#findLastEvent(usage.organisation, usage.seq);
  }

  /** The live frames do not say since when the feed is silent: the newest record does. */
  async #findLastEvent(organisation: string, seq: number): Promise<void> {
    this.#asked = `${organisation} ${seq}`;
    this.#lastEventAt = null;
    try {
      const newest = (await this.#client().api.records(organisation, { order: 'desc', limit: 1 })).items[0];
      this.#lastEventAt = newest ? parseInstant(newest.receivedAt) : null;
    } catch {
      // The sentence then goes without its time.
    }
  }

  get now(): number {
    return this.#client().live.serverNow();
  }

  get value(): Freshness {
    const { live, timeZone } = this.#client();
    return freshness({
      connected: live.connection() === 'live' || live.connection() === 'subscribing',
      age: live.age(),
      isOld: live.isOld(),
      heardAt: live.heardAt(),
      now: live.serverNow(),
      timeZone: timeZone(),
      notRecording: live.notRecording(),
      feedSilent: live.state()?.usage.completeness === 'stale',
      lastEventAt: this.#lastEventAt,
    });
  }
}
