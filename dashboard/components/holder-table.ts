import { html, type TemplateResult } from 'lit';
import { parseInstant } from '../../shared/time.ts';
import type { HolderView } from '../../shared/views.ts';
import { inWords } from '../format/duration.ts';
import { onLocalClock } from '../format/time.ts';
import { poolWord } from './pool-word.ts';
import { shownMoment } from './shown-moment.ts';

/** Who is counted, on which devices, in which pool, and what would free the licence. */
export function holderTable(holders: readonly HolderView[], now: number, timeZone: string): TemplateResult {
  return html`<table class="table">
    <thead>
      <tr>
        <th scope="col">User</th>
        <th scope="col">Pool</th>
        <th scope="col">Since</th>
        <th scope="col">Devices</th>
        <th scope="col">Freed by</th>
      </tr>
    </thead>
    <tbody>
      ${holders.map((holder) => holderRow(holder, now, timeZone))}
    </tbody>
  </table>`;
}

function holderRow({ user, userName, pool, since, devices, freedBy }: HolderView, now: number, timeZone: string): TemplateResult {
  const at = parseInstant(since) ?? now;
  return html`<tr>
    <th scope="row" data-label="User">${user}${userName ? html` <span class="soft">${userName}</span>` : ''}</th>
    <td data-label="Pool">${poolWord(pool)}</td>
    <td data-label="Since">${shownMoment(since, now, timeZone)} <span class="soft">${inWords(now - at)}</span></td>
    <td data-label="Devices">
      <ul class="licence-list">
        ${devices.map(({ device, logonSource }) => html`<li>${device} <span class="soft">${logonSource}</span></li>`)}
      </ul>
    </td>
    <td data-label="Freed by">${onLocalClock(freedBy, now, timeZone)}</td>
  </tr>`;
}
