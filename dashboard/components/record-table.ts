import { html, type TemplateResult } from 'lit';
import { parseInstant } from '../../shared/time.ts';
import type { RecordView } from '../../shared/views.ts';
import { inWords } from '../format/duration.ts';
import { formatCount } from '../format/number.ts';
import { exactMoment } from '../format/time.ts';
import { poolWord } from './pool-word.ts';

/** Licence records as rows. Times in the organisation's zone. */
export function recordTable(records: readonly RecordView[], now: number, timeZone: string): TemplateResult {
  return html`<table class="table">
    <thead>
      <tr>
        <th scope="col">Logged</th>
        <th scope="col">Usage</th>
        <th scope="col">Licence type</th>
        <th scope="col">User</th>
        <th scope="col">Logon source</th>
        <th scope="col">Pool</th>
        <th scope="col" class="number">In use after</th>
        <th scope="col" class="number">Held for</th>
      </tr>
    </thead>
    <tbody>
      ${records.map((record) => recordRow(record, now, timeZone))}
    </tbody>
  </table>`;
}

function recordRow(record: RecordView, now: number, timeZone: string): TemplateResult {
  const at = parseInstant(record.loggedAt) ?? now;
  const acquired = record.usageType === 'Acquired';
  return html`<tr>
    <td data-label="Logged"><time title=${record.loggedAt}>${exactMoment(at, now, timeZone)}</time></td>
    <td data-label="Usage"><span aria-hidden="true" class="soft">${acquired ? '+' : '−'}</span> ${record.usageType}</td>
    <td data-label="Licence type">${record.licenceType}</td>
    <td data-label="User">${record.user}${record.userName ? html` <span class="soft">${record.userName}</span>` : ''}</td>
    <td data-label="Logon source">
      ${record.logonSource}${record.flags.map((flag) => html` <span class="flag">${flag.replaceAll('-', ' ')}</span>`)}
    </td>
    <td data-label="Pool">${poolWord(record.pool)}</td>
    <td data-label="In use after" class="number">${formatCount(record.inUse)}</td>
    <td data-label="Held for" class="number">${record.heldSeconds === null ? '–' : inWords(record.heldSeconds * 1_000)}</td>
  </tr>`;
}
