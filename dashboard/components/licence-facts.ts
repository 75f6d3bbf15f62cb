import { html, nothing, type TemplateResult } from 'lit';
import type { Entitlement } from '../../shared/organisation.ts';
import { parseInstant } from '../../shared/time.ts';
import type { LicenceRow, Peak } from '../../shared/views.ts';
import { formatCount } from '../format/number.ts';
import { nextLogin } from '../format/pool-state.ts';
import { shortMoment } from '../format/time.ts';
import { liveNumber } from './live-number.ts';

/** The numbers around the one that is in use. `now` and the zone decide how an instant is written. */
export function licenceFacts(row: LicenceRow, now: number, timeZone: string): TemplateResult {
  const { licenceType, concurrent, contingency, peak } = row;
  const when = ({ at }: Peak) => {
    const instant = at === null ? null : parseInstant(at);
    return instant === null ? nothing : html`<span class="fact-more">${shortMoment(instant, now, timeZone)}</span>`;
  };
  const of = (total: number | null) => (total === null ? nothing : html`<span class="fact-more">of ${formatCount(total)}</span>`);
  const used =
    contingency.maxUsed > 0 ? html`<span class="fact-more">, at most ${formatCount(contingency.maxUsed)} this period</span>` : nothing;
  return html`<dl class="facts">
    <div>
      <dt>High water today</dt>
      <dd><span class="live-number">${formatCount(peak.day.value)}</span> ${when(peak.day)}</dd>
    </div>
    <div>
      <dt>High water this period</dt>
      <dd>${liveNumber(licenceType, 'peakBillingPeriod', peak.billingPeriod.value)} ${when(peak.billingPeriod)}</dd>
    </div>
    <div>
      <dt>Available</dt>
      <dd>${liveNumber(licenceType, 'concurrentAvailable', concurrent.available)} ${of(concurrent.total)}</dd>
    </div>
    <div>
      <dt>Holdings</dt>
      <dd><span class="live-number">${formatCount(row.holdings)}</span></dd>
    </div>
    <div class="fact-wide">
      <dt>Contingency (overflow)</dt>
      <dd>${liveNumber(licenceType, 'contingencyUsed', contingency.used)} ${of(contingency.total)}${used}</dd>
    </div>
  </dl>`;
}

/** What the next user of this type would cost; of numbers that are in doubt nothing is promised. */
export function nextLoginLine(row: LicenceRow, entitlement: Entitlement | undefined, doubtful: boolean): TemplateResult {
  if (doubtful) return html`<p class="next-login"><span class="fact-more">Next login: not known</span></p>`;
  const next = nextLogin(row, entitlement?.contingencyPrice);
  return html`<p class="next-login ${next.free ? '' : 'next-login-billed'}">
    <span class="next-login-words">Next login: ${next.words}</span> <span class="fact-more">· ${next.detail}</span>
  </p>`;
}
