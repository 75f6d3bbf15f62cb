import { noChange } from 'lit';
import { type AttributePart, Directive, directive } from 'lit/directive.js';

/**
 * Properties of one element's style, set through the object model. Lit's own `styleMap` writes the first values as an attribute,
 * which the daemon's content security policy refuses.
 */
class InlineStyleDirective extends Directive {
  #before: Record<string, string> = {};

  override render(_values: Record<string, string>) {
    return noChange;
  }

  override update(part: AttributePart, [values]: [Record<string, string>]) {
    const { style } = part.element as HTMLElement;
    for (const name of Object.keys(this.#before)) if (!(name in values)) style.removeProperty(name);
    for (const [name, value] of Object.entries(values)) if (this.#before[name] !== value) style.setProperty(name, value);
    this.#before = values;
    return noChange;
  }
}

/** @example html`<span style=${inlineStyle({ left: '50%' })}></span>` */
export const inlineStyle = directive(InlineStyleDirective);
