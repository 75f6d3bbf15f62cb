import { html, type nothing, type TemplateResult } from 'lit';
import { ResourceController } from '../controllers/resource-controller.ts';
import { LightElement } from './light-element.ts';

/**
 * A question in a native modal dialog: it holds the focus, closes with Escape, and gives the focus back to where it was.
 * Tells with a `done` event that something was changed.
 */
export abstract class DialogElement extends LightElement {
  protected readonly sending = new ResourceController<boolean>(this);

  protected async show(): Promise<void> {
    this.sending.reset();
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector('dialog')?.showModal();
  }

  protected close(): void {
    this.querySelector('dialog')?.close();
  }

  /** Sends; closes when the daemon agreed, else says why it did not. */
  protected async order(send: () => Promise<void>): Promise<void> {
    const done = await this.sending.load(async () => {
      await send();
      return true;
    });
    if (!done) return;
    this.close();
    this.dispatchEvent(new CustomEvent('done'));
  }

  protected frame(title: string, body: TemplateResult | typeof nothing): TemplateResult {
    return html`<dialog class="dialog" aria-labelledby="dialog-title-${this.localName}">
      <header class="dialog-head">
        <h2 id="dialog-title-${this.localName}">${title}</h2>
        <button type="button" class="icon-button" aria-label="Close" @click=${() => this.close()}>
          <svg class="shape" viewBox="0 0 16 16" aria-hidden="true"><path d="M3 3l10 10M13 3L3 13" stroke="currentColor" stroke-width="1.8" /></svg>
        </button>
      </header>
      ${body}
    </dialog>`;
  }
}
