import { html, nothing, type TemplateResult } from 'lit';
import type { LiveAlert } from '../../shared/live-protocol.ts';
import type { LicenceRow } from '../../shared/views.ts';
import { alertMark } from '../components/alert-mark.ts';
import { gauge } from '../components/gauge.ts';
import { inlineStyle } from '../components/inline-style.ts';
import { liveNumber } from '../components/live-number.ts';
import { poolShape } from '../components/shapes.ts';
import { shownName } from '../components/shown-name.ts';
import { formatCount } from '../format/number.ts';
import { poolState } from '../format/pool-state.ts';

/** How many letters a line has, so that its size can be chosen for it to fit; in steps, so that it stays when a number gets a digit more. */
const letters = (line: string) => inlineStyle({ '--letters': `${Math.ceil(line.length / 4) * 4}` });

/** Two lines of a name. */
const NAME_LETTERS = 36;

/**
 * One licence type, to be read from ten metres, with the worst of its alerts.
 *
 * @param names of all tiles: a long one is cut such that it is not taken for another
 */
export function wallTile(row: LicenceRow, names: readonly string[], alert: LiveAlert | undefined, old: boolean): TemplateResult {
  const { licenceType, concurrent, contingency, peak } = row;
  const { state, words } = poolState(row);
  const facts = `Free  Overflow  Peak  ${[concurrent.available ?? 0, contingency.used, peak.billingPeriod.value].map(formatCount).join('')}`;
  return html`<article class="wall-tile" data-state=${state} data-alert-severity=${alert?.severity ?? nothing} data-alert-state=${alert?.state ?? nothing}>
    <div class="wall-tile-box">
      ${alert ? html`<p class="wall-tile-alert">${alertMark(alert)}</p>` : nothing}
      <h2 class="wall-name" dir="auto">${shownName(licenceType, names, NAME_LETTERS)}</h2>
      <p class="wall-count">${liveNumber(licenceType, 'inUse', row.inUse, 'wall-digits')}</p>
      ${gauge(row)}
      <p class="wall-state state-${state}" style=${letters(old ? `${words}, old` : words)}>
        ${poolShape(state)}<span>${words}${old ? html`<span class="old-word">, old</span>` : ''}</span>
      </p>
      <p class="wall-facts" style=${letters(facts)}>
        <span>Free ${liveNumber(licenceType, 'concurrentAvailable', concurrent.available)}</span>
        <span>Overflow ${liveNumber(licenceType, 'contingencyUsed', contingency.used)}</span>
        <span>Peak ${liveNumber(licenceType, 'peakBillingPeriod', peak.billingPeriod.value)}</span>
      </p>
    </div>
  </article>`;
}
