import { html, nothing } from 'lit';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import { AlertDialog } from './alert-dialog.ts';

/** Who looks after an alert. */
export class AcknowledgeDialog extends AlertDialog {
  protected override readonly heading = 'Acknowledge';
  protected override readonly effect = 'Others see that you look after it. The alert goes on, and so do its messages.';

  protected override question(): typeof nothing {
    return nothing;
  }

  protected override end() {
    return html`<p class="form-end">
      <button class="button button-main" aria-disabled=${this.sending.loading}>Acknowledge</button>
      <button type="button" class="button" @click=${() => this.close()}>Cancel</button>
    </p>`;
  }

  protected override send(organisation: string, { id }: LiveAlert, { by, note }: { by: string; note: string }): Promise<void> {
    return this.dashboard.alertsApi.acknowledge(organisation, id, by, note);
  }
}

customElements.define('hw-acknowledge-dialog', AcknowledgeDialog);
