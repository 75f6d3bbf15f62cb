import type { ReactiveControllerHost } from 'lit';
import type { ForecastRow, ForecastView } from '../../shared/forecast.ts';
import type { Dashboard } from './dashboard.ts';
import { FollowController } from './follow-controller.ts';
import { ResourceController } from './resource-controller.ts';

/** The rate is of full minutes; looked at twice as often, it is never a minute late. */
const EVERY_MS = 30_000;

/** What is likely to come, kept fresh. Where the daemon cannot say there is nothing to show, and nothing is wrong. */
export class ForecastController {
  readonly #dashboard: () => Dashboard;
  readonly #view: ResourceController<ForecastView>;

  constructor(host: ReactiveControllerHost, dashboard: () => Dashboard) {
    this.#dashboard = dashboard;
    this.#view = new ResourceController<ForecastView>(host);
    new FollowController(
      host,
      dashboard,
      () => dashboard().organisation()?.organisation ?? '',
      () => {
        const organisation = dashboard().organisation()?.organisation;
        if (organisation === undefined) return;
        void this.#view.about(organisation).load((signal) => dashboard().reports.forecast(organisation, signal));
      },
      { everyMs: EVERY_MS },
    );
  }

  /** `undefined`: not known, or the numbers that it goes on from are old. */
  row(licenceType: string): ForecastRow | undefined {
    const { live } = this.#dashboard();
    if (live.isDoubtful()) return undefined;
    return this.#view.value?.items.find((row) => row.licenceType === licenceType);
  }
}
