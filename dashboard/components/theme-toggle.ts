import { html, svg } from 'lit';
import { ThemeController } from '../controllers/theme-controller.ts';
import { LightElement } from './light-element.ts';

const DRAWINGS = {
  system: svg`<circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5" /><path d="M8 1.75a6.25 6.25 0 0 1 0 12.5z" fill="currentColor" />`,
  light: svg`<circle cx="8" cy="8" r="3.25" fill="currentColor" /><path d="M8 .5v2m0 11v2m7.5-7.5h-2m-11 0h-2m12.8-5.3-1.4 1.4M4.1 11.9l-1.4 1.4m0-10.6 1.4 1.4m7.8 7.8 1.4 1.4" stroke="currentColor" stroke-width="1.5" />`,
  dark: svg`<path d="M13.6 10.3A6.3 6.3 0 0 1 5.7 2.4a6.3 6.3 0 1 0 7.9 7.9z" fill="currentColor" />`,
};

/** Follows the system until told otherwise; the choice is remembered on this machine. */
export class ThemeToggle extends LightElement {
  readonly #theme = new ThemeController(this);

  override render() {
    const { theme } = this.#theme;
    const words = `Colours: ${theme === 'system' ? 'as the system' : theme}`;
    return html`<button type="button" class="icon-button" title=${words} aria-label="${words}. Change" @click=${() => this.#theme.next()}>
      <svg class="shape" viewBox="0 0 16 16" aria-hidden="true">${DRAWINGS[theme]}</svg>
    </button>`;
  }
}

customElements.define('hw-theme-toggle', ThemeToggle);
