import { html } from 'lit';
import { LightElement } from './light-element.ts';

/** A secret that is shown this once, and the way to take it along. */
export class SecretOnce extends LightElement {
  static override properties = { secret: { attribute: false }, copied: { state: true } };
  declare secret: string;
  declare copied: string;

  constructor() {
    super();
    this.secret = '';
    this.copied = '';
  }

  override render() {
    return html`<div class="secret-once">
      <p>Its secret, shown this once. Keep it where the receiver verifies messages.</p>
      <p class="form-end">
        <code tabindex="0" aria-label="Secret">${this.secret}</code>
        <button type="button" class="button" @click=${() => void this.#copy()}>Copy</button>
        <span class="saved" role="status">${this.copied}</span>
      </p>
    </div>`;
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.secret);
      this.copied = 'Copied';
    } catch {
      // Over plain http a browser has no clipboard: then it is marked, to be copied by hand.
      const code = this.querySelector('code');
      if (code) getSelection()?.selectAllChildren(code);
      this.copied = 'Marked: copy it with the keyboard';
    }
  }
}

customElements.define('hw-secret-once', SecretOnce);
