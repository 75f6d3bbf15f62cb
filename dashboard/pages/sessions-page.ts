import { html, nothing, type TemplateResult } from 'lit';
import { parseInstant } from '../../shared/time.ts';
import type { SessionView } from '../../shared/views.ts';
import { choiceFilter, filterValues, textFilter } from '../components/filter-fields.ts';
import { LightElement } from '../components/light-element.ts';
import { listEnd, listStatus } from '../components/list-frame.ts';
import { poolWord } from '../components/pool-word.ts';
import { poolShape } from '../components/shapes.ts';
import { shownMoment } from '../components/shown-moment.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { FollowController } from '../controllers/follow-controller.ts';
import { ListController } from '../controllers/list-controller.ts';
import { SecondController } from '../controllers/second-controller.ts';
import { inWords } from '../format/duration.ts';

/** Left behind, most likely: it costs a licence all the same. */
const staleWord = html`<span class="state state-contingency">${poolShape('contingency')} Stale</span>`;

const FILTERS = ['user', 'licenceType', 'logonSource', 'device', 'stale'] as const;
const WORDS = { one: 'session', many: 'sessions', none: 'No open session matches.' };

/** Who is logged in where, since when, and with which licences. */
export class SessionsPage extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #list = new ListController<SessionView>(this, {
    about: () => this.dashboard.chosen(),
    ask: (cursor, signal) => {
      const organisation = this.dashboard.chosen();
      if (organisation === null) return Promise.resolve({ items: [], nextCursor: null });
      return this.dashboard.api.sessions(organisation, { ...this.#filters(), limit: 100, cursor }, signal);
    },
    now: () => this.dashboard.live.serverNow(),
  });

  constructor() {
    super();
    new SecondController(this, () => this.dashboard.live.serverNow());
    const key = () => JSON.stringify([this.dashboard.chosen(), this.#filters()]);
    let shown = '';
    new FollowController(
      this,
      () => this.dashboard,
      key,
      () => {
        // Pages further down stay as they are: replacing them would move the rows under the reader's eyes.
        if (this.#list.atTop || key() !== shown) void this.#list.refresh();
        shown = key();
      },
    );
  }

  #filters(): Record<string, string> {
    const { navigation } = this.dashboard;
    const entries = FILTERS.map((name) => [name, navigation.query(name) ?? ''] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== ''));
  }

  override render() {
    const { dashboard } = this;
    const now = dashboard.live.serverNow();
    const { logonSources } = dashboard.directory.catalogue();
    const filters = this.#filters();
    const types = dashboard.live.state()?.usage.licences.map((row) => row.licenceType) ?? [];
    return html`<header class="page-head"><h1>Open sessions</h1></header>
      <form class="filters" @change=${this.#filter} @submit=${this.#filter}>
        ${textFilter('user', 'User id', filters['user'] ?? '')} ${choiceFilter('licenceType', 'Licence type', filters['licenceType'] ?? '', types)}
        ${choiceFilter(
          'logonSource',
          'Logon source',
          filters['logonSource'] ?? '',
          logonSources.filter((source) => source.acquires).map((source) => source.name),
        )}
        ${textFilter('device', 'Device', filters['device'] ?? '')}
        <label class="check"><input type="checkbox" name="stale" value="true" .checked=${filters['stale'] === 'true'} /> Only stale ones</label>
      </form>
      ${listStatus(this.#list, WORDS, now, dashboard.timeZone())} ${this.#table(now)} ${listEnd(this.#list, WORDS)}`;
  }

  #table(now: number) {
    if (this.#list.items.length === 0) return '';
    return html`<table class="table">
      <thead>
        <tr>
          <th scope="col">User</th>
          <th scope="col">Device</th>
          <th scope="col">Logon source</th>
          <th scope="col">Since</th>
          <th scope="col">Last heard</th>
          <th scope="col">Licences</th>
        </tr>
      </thead>
      <tbody>
        ${this.#list.items.map((session) => this.#row(session, now))}
      </tbody>
    </table>`;
  }

  #row(session: SessionView, now: number): TemplateResult {
    const zone = this.dashboard.timeZone();
    const since = parseInstant(session.since) ?? now;
    const { staleAfterSeconds } = this.dashboard.organisation() ?? {};
    const stale = staleAfterSeconds !== undefined && now - since >= staleAfterSeconds * 1_000;
    return html`<tr>
      <th scope="row" data-label="User">${session.user}</th>
      <td data-label="Device">${session.device}</td>
      <td data-label="Logon source">${session.logonSource}</td>
      <td data-label="Since">${shownMoment(session.since, now, zone)} <span class="soft">${inWords(now - since)}</span> ${stale ? staleWord : nothing}</td>
      <td data-label="Last heard">${shownMoment(session.lastHeardAt, now, zone)}</td>
      <td data-label="Licences">
        <ul class="licence-list">
          ${session.licences.map(({ licenceType, pool }) => html`<li>${licenceType} ${pool === 'concurrent' ? '' : poolWord(pool)}</li>`)}
        </ul>
      </td>
    </tr>`;
  }

  #filter(event: Event): void {
    event.preventDefault();
    const values = filterValues(event.currentTarget as HTMLFormElement);
    this.dashboard.navigation.amend(Object.fromEntries(FILTERS.map((name) => [name, values[name]])));
  }
}

customElements.define('hw-sessions-page', SessionsPage);
