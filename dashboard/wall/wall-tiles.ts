import { html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import type { LicenceRow } from '../../shared/views.ts';
import { inlineStyle } from '../components/inline-style.ts';
import { LightElement } from '../components/light-element.ts';
import { SizeController } from '../controllers/size-controller.ts';
import { formatCount } from '../format/number.ts';
import { wallGrid } from './wall-grid.ts';
import { wallTile } from './wall-tile.ts';

/** All tiles of a wall, in the grid that makes the digits largest. */
export class WallTiles extends LightElement {
  static override properties = { rows: { attribute: false }, alerts: { attribute: false }, old: { type: Boolean } };
  declare rows: LicenceRow[];
  /** By licence type, the worst of each. */
  declare alerts: ReadonlyMap<string, LiveAlert>;
  declare old: boolean;

  readonly #size = new SizeController(this);

  constructor() {
    super();
    this.rows = [];
    this.alerts = new Map();
    this.old = false;
  }

  override render() {
    const { width, height } = this.#size;
    const gap = Math.round(Math.min(width, height) * 0.012);
    // Of the mark, which the number does not pass: digits that shrink as people log in would catch every eye.
    const characters = Math.max(...this.rows.map(({ inUse, peak }) => formatCount(Math.max(inUse, peak.billingPeriod.value)).length), 2);
    const { columns, rows, digits } = wallGrid(this.rows.length, width, height, characters, gap);
    const layout = {
      'grid-template-columns': `repeat(${columns}, minmax(0, 1fr))`,
      'grid-template-rows': `repeat(${rows}, minmax(0, 1fr))`,
      gap: `${gap}px`,
      '--wall-digits': `${digits}px`,
    };
    const names = this.rows.map(({ licenceType }) => licenceType);
    return html`<div class="wall-grid" style=${inlineStyle(layout)}>
      ${repeat(
        this.rows,
        (row) => row.licenceType,
        (row) => wallTile(row, names, this.alerts.get(row.licenceType), this.old),
      )}
    </div>`;
  }
}

customElements.define('hw-wall-tiles', WallTiles);
