import { html } from 'lit';
import type { ChangeView } from '../../shared/views.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { onceForEach } from '../controllers/follow-controller.ts';
import { ListController } from '../controllers/list-controller.ts';
import { SecondController } from '../controllers/second-controller.ts';
import { changedSettings } from '../format/change-words.ts';
import { LightElement } from './light-element.ts';
import { listEnd, listStatus } from './list-frame.ts';
import { shownMoment } from './shown-moment.ts';

const WORDS = { one: 'change', many: 'changes', none: 'Nobody has changed anything yet.' };

/** What administrators changed, when and with whose token; the newest first. */
export class ChangeList extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #list = new ListController<ChangeView>(this, {
    about: () => this.dashboard.chosen(),
    ask: (cursor, signal) => {
      const organisation = this.dashboard.chosen();
      if (organisation === null) return Promise.resolve({ items: [], nextCursor: null });
      return this.dashboard.api.changes(organisation, { limit: 20, cursor }, signal);
    },
    now: () => this.dashboard.live.serverNow(),
  });

  constructor() {
    super();
    // Its age is told.
    new SecondController(this, () => this.dashboard.live.serverNow());
    onceForEach(this, () => void this.refresh());
  }

  refresh(): Promise<void> {
    return this.#list.refresh();
  }

  override render() {
    const { live, timeZone } = this.dashboard;
    return html`${listStatus(this.#list, WORDS, live.serverNow(), timeZone())} ${this.#list.items.length > 0 ? this.#table() : ''}
      ${listEnd(this.#list, WORDS)}`;
  }

  #table() {
    const now = this.dashboard.live.serverNow();
    const zone = this.dashboard.timeZone();
    return html`<table class="table">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Token</th>
          <th scope="col">Of</th>
          <th scope="col">What changed</th>
        </tr>
      </thead>
      <tbody>
        ${this.#list.items.map(
          ({ at, by, user, before, after }) => html`<tr>
            <th scope="row" data-label="When">${shownMoment(at, now, zone)}</th>
            <td data-label="Token">${by ?? '–'}</td>
            <td data-label="Of">${user === null ? 'Organisation' : `User ${user}`}</td>
            <td data-label="What changed">
              <ul>
                ${after === null ? html`<li>Removed</li>` : ''}
                ${changedSettings(before, after, now, zone).map(
                  (one) =>
                    html`<li>${one.setting}: ${before === null ? '' : `${one.before || 'none'} → `}<b>${one.after || 'none'}</b></li>`,
                )}
              </ul>
            </td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

customElements.define('hw-change-list', ChangeList);
