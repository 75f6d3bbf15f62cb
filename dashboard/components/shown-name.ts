import { html, type TemplateResult } from 'lit';
import { shortName } from '../format/short-name.ts';

/** A name where there is room for so many letters only; whole for those who listen or point at it. In the direction of its own script. */
export function shownName(name: string, others: readonly string[], most: number): TemplateResult {
  const short = shortName(name, others, most);
  if (short === name) return html`<bdi>${name}</bdi>`;
  return html`<bdi aria-hidden="true" title=${name}>${short}</bdi><span class="unseen">${name}</span>`;
}
