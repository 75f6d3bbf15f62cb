import { html, nothing, type TemplateResult } from 'lit';
import type { ListController } from '../controllers/list-controller.ts';
import { inWords } from '../format/duration.ts';
import { countOf } from '../format/number.ts';
import { clockTime } from '../format/time.ts';

export interface ListWords {
  one: string;
  many: string;
  /** Said when there is none. */
  none: string;
}

/** How many rows there are and how old they are; a list is a picture of a moment, unlike the live numbers. */
export function listStatus<T>(list: ListController<T>, words: ListWords, now: number, timeZone: string): TemplateResult {
  const { readAt, items } = list;
  const count =
    list.hasMore || list.isCut ? `First ${countOf(items.length, words.one, words.many)}` : countOf(items.length, words.one, words.many);
  return html`<p class="list-status">
    ${readAt === null ? 'Reading …' : html`${count} · read at ${clockTime(readAt, timeZone)} (${inWords(now - readAt)} ago)`}
    <button type="button" class="button" @click=${() => void list.refresh()}>Refresh</button>
  </p>`;
}

/** What goes below a list: why it is empty, that it failed, or the way to its next rows. */
export function listEnd<T>(list: ListController<T>, words: ListWords): TemplateResult {
  return html`${list.error ? html`<p class="problem" role="alert">${list.error.message}</p>` : nothing}
  ${list.readAt !== null && list.items.length === 0 && !list.error ? html`<p class="lead list-empty">${words.none}</p>` : nothing}
  ${
    list.hasMore
      ? html`<p class="list-more">
          <button type="button" class="button" aria-disabled=${list.loading} @click=${() => void list.more()}>Load more</button>
        </p>`
      : nothing
  }
  ${list.isCut ? html`<p class="list-more">There are more. Narrow the filters, or export.</p>` : nothing}`;
}
