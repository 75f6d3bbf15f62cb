import { html, nothing, type TemplateResult } from 'lit';
import type { Progress } from '../../shared/answer-lines.ts';

/** Who listens hears of quarters: every hundredth would be a litany. */
const SPOKEN = 25;

/** How far a long answer has come, in words and as a bar, and the way out. What is answered at once shows none of it. */
export function progressBar(words: string, progress: Progress | null, cancel: () => void): TemplateResult {
  const percent = progress ? Math.floor((100 * progress.done) / progress.total) : null;
  const spoken = percent === null ? '' : ` ${Math.floor(percent / SPOKEN) * SPOKEN} %`;
  return html`<div class="progress section">
    <p class="unseen" role="status">${words} …${spoken}</p>
    <p class="progress-words" aria-hidden="true">${words} … ${percent === null ? nothing : html`<strong>${percent} %</strong>`}</p>
    <progress max="100" .value=${percent ?? 0} aria-label=${words}></progress>
    <button type="button" class="button" @click=${cancel}>Cancel</button>
  </div>`;
}
