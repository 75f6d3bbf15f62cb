import { html } from 'lit';
import type { AlertTransitionView } from '../../../shared/alerts.ts';
import { parseInstant } from '../../../shared/time.ts';
import { LightElement } from '../../components/light-element.ts';
import { problemReport } from '../../components/problem-report.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { EVERY_TEN_SECONDS, FollowController } from '../../controllers/follow-controller.ts';
import { ResourceController } from '../../controllers/resource-controller.ts';
import { exactMoment, zoneLabel } from '../../format/time.ts';

const STEPS = 200;

/** The newest steps of all alerts, each with its reason. */
export class AlertHistoryView extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #steps = new ResourceController<AlertTransitionView[]>(this);

  constructor() {
    super();
    new FollowController(
      this,
      () => this.dashboard,
      () => this.dashboard.chosen() ?? '',
      () => void this.#read(),
      EVERY_TEN_SECONDS,
    );
  }

  async #read(): Promise<void> {
    const organisation = this.dashboard.chosen();
    if (organisation === null) return;
    await this.#steps.load(async (signal) => (await this.dashboard.alertsApi.history(organisation, { limit: STEPS }, signal)).items);
  }

  override render() {
    const steps = this.#steps.value;
    if (this.#steps.error) return problemReport(this.#steps.error);
    if (!steps) return html`<p class="lead loading">Fetching what happened …</p>`;
    if (steps.length === 0) return html`<p class="lead">No alert has begun yet.</p>`;
    const now = this.dashboard.live.serverNow();
    const zone = this.dashboard.timeZone();
    return html`<p class="soft">The newest ${steps.length}, times in ${zoneLabel(now, zone)}</p>
      <table class="table">
        <thead><tr><th scope="col">When</th><th scope="col">Rule</th><th scope="col">Licence type</th><th scope="col">From</th><th scope="col">To</th><th scope="col">Why</th></tr></thead>
        <tbody>
          ${steps.map(
            (step) => html`<tr>
              <td><time datetime=${step.at}>${exactMoment(parseInstant(step.at) ?? now, now, zone)}</time></td>
              <th scope="row">${this.dashboard.alerts.rule(step.rule)?.name ?? step.rule}</th>
              <td>${step.licenceType === '*' ? 'the organisation' : step.licenceType}</td>
              <td>${step.from}</td>
              <td>${step.to}</td>
              <td>${step.reason}</td>
            </tr>`,
          )}
        </tbody>
      </table>`;
  }
}

customElements.define('hw-alerts-history', AlertHistoryView);
