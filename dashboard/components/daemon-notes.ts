import { html, nothing } from 'lit';
import type { Dashboard } from '../controllers/dashboard.ts';
import { FollowController } from '../controllers/follow-controller.ts';
import { ResourceController } from '../controllers/resource-controller.ts';
import { onLocalClock } from '../format/time.ts';
import { LightElement } from './light-element.ts';

const EVERY_MS = 60_000;

/** What whoever looks after the daemon should know: backups that fail, books that were restored, a clock that was set back. */
export class DaemonNotes extends LightElement {
  static override properties = { dashboard: { attribute: false } };
  declare dashboard: Dashboard;

  readonly #notes = new ResourceController<string[]>(this);

  constructor() {
    super();
    new FollowController(
      this,
      () => this.dashboard,
      () => 'daemon',
      () => void this.#notes.load((signal) => this.dashboard.api.notes(signal)),
      { everyMs: EVERY_MS },
    );
  }

  override render() {
    const notes = this.#notes.value ?? [];
    if (notes.length === 0) return nothing;
    const { live, timeZone } = this.dashboard;
    const now = live.serverNow();
    return html`<section class="daemon-notes" aria-label="The daemon" role="status">
      <strong>For whoever looks after Highwater</strong>
      <ul>${notes.map((note) => html`<li>${onLocalClock(note, now, timeZone())}</li>`)}</ul>
    </section>`;
  }
}

customElements.define('hw-daemon-notes', DaemonNotes);
