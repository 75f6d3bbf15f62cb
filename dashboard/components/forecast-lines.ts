import { html, nothing, type TemplateResult } from 'lit';
import type { ForecastRow } from '../../shared/forecast.ts';
import { forecastWords, soonWords, todayWords } from '../format/forecast-words.ts';

/** One line of a tile about what is near; nothing when nothing is. */
export function forecastLine(row: ForecastRow | undefined, now: number, timeZone: string): TemplateResult | typeof nothing {
  const { full, mark } = soonWords(row, now, timeZone);
  const words = [full, mark].filter(Boolean).join(' · ');
  return words === '' ? nothing : html`<p class="forecast" data-forecast>${sign} ${words}</p>`;
}

/** All that a forecast says, and what it is worth. */
export function forecastPanel(row: ForecastRow | undefined, now: number, timeZone: string): TemplateResult | typeof nothing {
  const { full, mark, basis } = forecastWords(row, now, timeZone);
  const today = row ? todayWords(row, timeZone) : null;
  if (full === null && today === null) return nothing;
  return html`<section class="forecast-panel" aria-label="Forecast" data-forecast>
    <h2>Likely</h2>
    ${full === null ? nothing : html`<p class="forecast">${sign} ${full}<span class="soft">, as logins go now</span></p>`}
    ${mark === null ? nothing : html`<p class="forecast">${sign} ${mark}</p>`}
    ${today === null ? nothing : html`<p>${today}<span class="soft">; ${basis}</span></p>`}
  </section>`;
}

const sign = html`<svg class="shape" viewBox="0 0 16 16" aria-hidden="true"
  ><path d="M2 12 6 8l3 2 5-6M14 4h-4m4 0v4" fill="none" stroke="currentColor" stroke-width="2"
/></svg>`;
