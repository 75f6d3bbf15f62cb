import { html, type TemplateResult } from 'lit';
import type { BillReceipt } from '../../shared/bill.ts';
import { parseInstant } from '../../shared/time.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { lengthInWords } from '../format/duration.ts';
import { countOf, formatCount } from '../format/number.ts';
import { localOfInstant } from '../format/zone.ts';
import { downloadCsv } from './download.ts';
import { shownMoment } from './shown-moment.ts';
import { virtualTable } from './virtual-table.ts';

const HALF_A_DAY_MS = 43_200_000;

/**
 * A peak: when, how long, whose login made it, and who was counted.
 *
 * @param inSum the time held is that of all stays at or above it, not of the first
 */
export function receiptView(receipt: BillReceipt, dashboard: Dashboard, name: string, inSum = false): TemplateResult {
  const { navigation } = dashboard;
  const now = dashboard.live.serverNow();
  const zone = dashboard.timeZone();
  const { at, value, heldForSeconds, tippedBy, holders } = receipt;
  if (at === null) return html`<p class="lead">Nobody held this licence.</p>`;
  const instant = parseInstant(at) ?? now;
  const day = { from: localOfInstant(instant - HALF_A_DAY_MS, zone), to: localOfInstant(instant + HALF_A_DAY_MS, zone) };
  const user = (id: string) => html`<a href=${navigation.href({ page: 'records' }, { user: id, ...day })}>${id}</a>`;
  const save = () =>
    downloadCsv(`${name}-holders`, [
      ['User', 'Since (UTC)', 'Devices'],
      ...holders.map((one) => [one.user, one.since, one.devices.join('; ')]),
    ]);
  return html`<dl class="facts">
      <dt>Highest</dt>
      <dd><strong>${formatCount(value)}</strong> users in use</dd>
      <dt>Reached</dt>
      <dd>${shownMoment(at, now, zone)}</dd>
      <dt>Held for</dt>
      <dd>${lengthInWords(heldForSeconds * 1_000)} ${inSum ? 'in sum, at or above it' : 'without a break'}</dd>
      <dt>Tipped by</dt>
      <dd>${tippedBy ? html`the login of ${user(tippedBy.user)} on ${tippedBy.device}` : 'nobody: the level was carried in from before'}</dd>
    </dl>
    <p class="list-status">
      ${countOf(holders.length, 'user')} counted, the longest first <button type="button" class="button" @click=${save}>Export as CSV</button>
    </p>
    ${virtualTable({
      label: 'Who was counted',
      columns: [
        { name: 'User', width: '1fr', cell: (holder) => user(holder.user) },
        { name: 'Since', width: '1fr', cell: (holder) => shownMoment(holder.since, now, zone) },
        { name: 'Devices', width: '2fr', cell: (holder) => holder.devices.join(', ') },
      ],
      rows: holders,
      key: (holder) => holder.user,
    })}`;
}
