import { html } from 'lit';
import type { AlertTransitionView } from '../../../shared/alerts.ts';
import { choiceFilter, filterValues } from '../../components/filter-fields.ts';
import { licenceRows } from '../../components/licence-picker.ts';
import { LightElement } from '../../components/light-element.ts';
import { listEnd, listStatus } from '../../components/list-frame.ts';
import { shownMoment } from '../../components/shown-moment.ts';
import type { Dashboard } from '../../controllers/dashboard.ts';
import { EVERY_TEN_SECONDS, FollowController } from '../../controllers/follow-controller.ts';
import { ListController } from '../../controllers/list-controller.ts';
import { SecondController } from '../../controllers/second-controller.ts';
import { WatchController } from '../../controllers/watch-controller.ts';
import { STATE_WORDS } from '../../format/alert-order.ts';
import { metricOfSteps, reasonWords } from '../../format/alert-reason.ts';
import { zoneLabel } from '../../format/time.ts';

const PAGE = 200;
const WORDS = { one: 'step', many: 'steps', none: 'No alert has begun yet.' };
const FILTERS = ['rule', 'licenceType'] as const;

/** Every step of the alerts, newest first, each with its reason. */
export class AlertHistoryView extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #steps = new ListController<AlertTransitionView>(this, {
    about: () => this.dashboard.chosen(),
    ask: async (cursor, signal) => {
      const organisation = this.dashboard.chosen();
      if (organisation === null) return { items: [], nextCursor: null };
      return this.dashboard.alertsApi.history(organisation, { ...this.#filters(), limit: PAGE, cursor }, signal);
    },
    now: () => this.dashboard.live.serverNow(),
  });

  constructor() {
    super();
    new WatchController(this, () => [this.dashboard.alerts, this.dashboard.navigation]);
    new SecondController(this, () => this.dashboard.live.serverNow());
    const key = () => JSON.stringify([this.dashboard.chosen(), this.#filters()]);
    let shown = '';
    new FollowController(
      this,
      () => this.dashboard,
      key,
      () => {
        if (key() !== shown || this.#steps.atTop) void this.#steps.refresh();
        shown = key();
      },
      EVERY_TEN_SECONDS,
    );
  }

  #filters(): Record<string, string> {
    const { navigation } = this.dashboard;
    return Object.fromEntries(FILTERS.map((name) => [name, navigation.query(name) ?? ''] as const).filter(([, value]) => value !== ''));
  }

  override render() {
    const { live, alerts, navigation, timeZone } = this.dashboard;
    const now = live.serverNow();
    const { items, readAt, error } = this.#steps;
    const filters = this.#filters();
    if (readAt === null && !error) return html`<p class="lead loading">Fetching what happened …</p>`;
    const rules = (alerts.rules() ?? []).map(({ id }) => id);
    const types = licenceRows(this.dashboard).map(({ licenceType }) => licenceType);
    const filter = (event: Event) => {
      event.preventDefault();
      const values = filterValues(event.currentTarget as HTMLFormElement);
      navigation.amend(Object.fromEntries(FILTERS.map((name) => [name, values[name]])));
    };
    return html`<form class="filters" aria-label="Filters" @change=${filter} @submit=${filter}>
        ${choiceFilter('rule', 'Rule', filters['rule'] ?? '', rules, (id) => alerts.rule(id)?.name ?? id)} ${choiceFilter('licenceType', 'Licence type', filters['licenceType'] ?? '', types)}
      </form>
      ${listStatus(this.#steps, WORDS, now, timeZone())}
      ${items.length === 0 ? '' : html`<p class="soft">Times in ${zoneLabel(now, timeZone())}</p>${this.#table(items, now)}`} ${listEnd(this.#steps, WORDS)}`;
  }

  #table(steps: readonly AlertTransitionView[], now: number) {
    const { alerts, timeZone } = this.dashboard;
    const watched = ({ alert, rule }: AlertTransitionView) =>
      metricOfSteps(steps.filter((step) => step.alert === alert)) ?? alerts.rule(rule)?.metric;
    return html`<table class="table">
      <thead>
        <tr><th scope="col">When</th><th scope="col">Rule</th><th scope="col">Licence type</th><th scope="col">From</th><th scope="col">To</th><th scope="col">Why</th></tr>
      </thead>
      <tbody>
        ${steps.map(
          (step) => html`<tr>
            <td data-label="When">${shownMoment(step.at, now, timeZone())}</td>
            <th scope="row" data-label="Rule">${alerts.rule(step.rule)?.name ?? step.rule}</th>
            <td data-label="Licence type">${step.licenceType === '*' ? 'The organisation' : step.licenceType}</td>
            <td data-label="From">${stateWords(step.from)}</td>
            <td data-label="To">${stateWords(step.to)}</td>
            <td data-label="Why">${reasonWords(step.reason, watched(step))}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

const stateWords = (state: AlertTransitionView['from']) => (state === 'inactive' ? 'Inactive' : STATE_WORDS[state]);

customElements.define('hw-alerts-history', AlertHistoryView);
