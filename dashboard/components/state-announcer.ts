import { html } from 'lit';
import type { LicenceRow } from '../../shared/views.ts';
import { type PoolState, poolState } from '../format/pool-state.ts';
import { LightElement } from './light-element.ts';

/** Least milliseconds between two announcements: a type at its limit may cross it many times a minute. */
const PAUSE_MS = 5_000;

/** Says to those who listen when a licence type changes its state. Not each number: that would be a stream of them. */
export class StateAnnouncer extends LightElement {
  static override properties = { rows: { attribute: false }, words: { state: true } };
  declare rows: readonly LicenceRow[];
  declare words: string;

  #told = new Map<string, PoolState>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.rows = [];
    this.words = '';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  override willUpdate(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tell();
    }, PAUSE_MS);
  }

  #tell(): void {
    const changed = this.rows.filter((row) => {
      const before = this.#told.get(row.licenceType);
      const { state } = poolState(row);
      this.#told.set(row.licenceType, state);
      return before !== undefined && before !== state;
    });
    if (changed.length > 0) this.words = changed.map((row) => `${row.licenceType}: ${poolState(row).words}`).join('. ');
  }

  override render() {
    return html`<p class="unseen" role="status">${this.words}</p>`;
  }
}

customElements.define('hw-state-announcer', StateAnnouncer);
