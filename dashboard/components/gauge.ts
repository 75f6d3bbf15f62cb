import { html, nothing, type TemplateResult } from 'lit';
import type { LicenceRow } from '../../shared/views.ts';
import { formatCount } from '../format/number.ts';
import { inlineStyle } from './inline-style.ts';

/**
 * A water gauge: how full the pools are, and the marks that the level has reached. Concurrent is plain, contingency striped,
 * over limit crossed, so that the three can be told without colour.
 */
export function gauge(row: LicenceRow): TemplateResult {
  const { concurrent, contingency, overLimit, peak } = row;
  const bought = concurrent.total;
  const overflow = contingency.total ?? 0;
  const scale = Math.max(bought === null ? 0 : bought + overflow, row.inUse, peak.billingPeriod.value, 1) * (bought === null ? 1.1 : 1);
  const percent = (value: number) => `${(100 * value) / scale}%`;
  const part = (name: string, from: number, length: number) =>
    length > 0
      ? html`<span class="gauge-part gauge-${name}" style=${inlineStyle({ left: percent(from), width: percent(length) })}></span>`
      : nothing;
  const mark = (name: string, at: number) =>
    at > 0 ? html`<span class="gauge-mark gauge-mark-${name}" style=${inlineStyle({ left: percent(at) })}></span>` : nothing;
  // In contingency the concurrent pool may have room again: a user stays where he was put.
  const overflowFrom = Math.max(bought ?? 0, concurrent.used);
  return html`<div class="gauge ${bought === null ? 'gauge-open' : ''}" role="img" aria-label=${gaugeWords(row)}>
    ${bought === null ? nothing : part('pool', 0, bought)} ${part('overflow', bought ?? 0, overflow)}
    ${part('concurrent', 0, concurrent.used)} ${part('contingency', overflowFrom, contingency.used)}
    ${part('over', overflowFrom + Math.max(overflow, contingency.used), overLimit)} ${mark('period', peak.billingPeriod.value)}
    ${mark('day', peak.day.value)}
  </div>`;
}

function gaugeWords({ concurrent, contingency, overLimit, peak }: LicenceRow): string {
  const of = (used: number, total: number | null) => formatCount(used) + (total === null ? '' : ` of ${formatCount(total)}`);
  return [
    `Concurrent ${of(concurrent.used, concurrent.total)}`,
    `contingency ${of(contingency.used, contingency.total)}`,
    `over limit ${formatCount(overLimit)}`,
    `today’s high-water mark ${formatCount(peak.day.value)}`,
    `the billing period’s ${formatCount(peak.billingPeriod.value)}`,
  ].join(', ');
}
