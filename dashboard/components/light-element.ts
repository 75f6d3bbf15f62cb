import { LitElement } from 'lit';

/**
 * An element that renders into the page itself: one set of style sheets holds for the whole dashboard, headings and landmarks form
 * one outline, and a number can be found by its `data-licence-type` and `data-metric` with plain selectors.
 */
export class LightElement extends LitElement {
  override createRenderRoot(): this {
    return this;
  }
}
