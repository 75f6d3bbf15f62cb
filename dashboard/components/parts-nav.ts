import { html, type TemplateResult } from 'lit';

export interface PagePart {
  words: string;
  href: string;
  here: boolean;
}

/** The parts of a page, each with an address of its own. */
export const partsNav = (label: string, parts: readonly PagePart[]): TemplateResult =>
  html`<nav class="parts" aria-label=${label}>
    ${parts.map(({ words, href, here }) => html`<a href=${href} aria-current=${here ? 'page' : 'false'}>${words}</a>`)}
  </nav>`;
