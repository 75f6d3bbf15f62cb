import { virtualize } from '@lit-labs/virtualizer/virtualize.js';
import { html, type TemplateResult } from 'lit';
import { inlineStyle } from './inline-style.ts';

export interface Column<T> {
  name: string;
  /** Width as a track of a grid, `2fr`. */
  width: string;
  number?: boolean;
  cell(row: T): unknown;
}

export interface VirtualTable<T> {
  label: string;
  /** The first column names the row. */
  columns: readonly Column<T>[];
  rows: readonly T[];
  key(row: T): unknown;
  /** The last rows have come into sight. */
  onEnd?(): void;
}

/** So many rows are drawn whole: they can be searched in the page and printed. */
const DRAWN_WHOLE = 200;
/** Rows before the end at which more are asked for. */
const AHEAD = 40;

/** A table of any length: only the rows in sight are in the page; those who listen still hear how many there are. */
export function virtualTable<T>({ label, columns, rows, key, onEnd }: VirtualTable<T>): TemplateResult {
  const near = (event: Event) => {
    if ((event as Event & { last: number }).last >= rows.length - AHEAD) onEnd?.();
  };
  const row = (item: T, index: number) => html`<div class="vtable-row" role="row" aria-rowindex=${index + 2}>
    ${columns.map(
      (column, nth) =>
        html`<div role=${nth === 0 ? 'rowheader' : 'cell'} class=${column.number ? 'number' : ''} data-label=${column.name}>${column.cell(item)}</div>`,
    )}
  </div>`;
  return html`<div
    class="vtable"
    role="table"
    aria-label=${label}
    aria-rowcount=${rows.length + 1}
    style=${inlineStyle({ '--tracks': columns.map(({ width }) => `minmax(0, ${width})`).join(' ') })}
  >
    <div role="rowgroup" class="vtable-head">
      <div class="vtable-row" role="row" aria-rowindex="1">
        ${columns.map(({ name, number }) => html`<div role="columnheader" class=${number ? 'number' : ''}>${name}</div>`)}
      </div>
    </div>
    <div role="rowgroup" class="vtable-body" @rangeChanged=${near}>
      ${rows.length <= DRAWN_WHOLE && !onEnd ? rows.map(row) : virtualize<T>({ items: [...rows], renderItem: row, keyFunction: key })}
    </div>
  </div>`;
}
