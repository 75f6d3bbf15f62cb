import { html, type TemplateResult } from 'lit';
import type { RecordFlag } from '../../shared/events.ts';
import { parseInstant } from '../../shared/time.ts';
import type { RecordView } from '../../shared/views.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { inWords } from '../format/duration.ts';
import { formatCount } from '../format/number.ts';
import { localOfInstant } from '../format/zone.ts';
import { poolWord } from './pool-word.ts';
import { shownMoment } from './shown-moment.ts';
import { type Column, virtualTable } from './virtual-table.ts';

/** Half an hour to each side: what led to a level, and what followed. */
const AROUND_MS = 1_800_000;

/** Licence records as rows, each with the way to its user and to the level around it. */
export function recordTable(records: readonly RecordView[], dashboard: Dashboard, onEnd: () => void): TemplateResult {
  const { navigation } = dashboard;
  const now = dashboard.live.serverNow();
  const zone = dashboard.timeZone();
  const at = (record: RecordView) => parseInstant(record.loggedAt) ?? now;
  const around = (record: RecordView) => ({
    licenceType: record.licenceType,
    from: localOfInstant(at(record) - AROUND_MS, zone),
    to: localOfInstant(at(record) + AROUND_MS, zone),
  });
  const columns: Column<RecordView>[] = [
    { name: 'Logged', width: '1.5fr', cell: (record) => shownMoment(record.loggedAt, now, zone) },
    {
      name: 'Usage',
      width: '1fr',
      cell: ({ usageType }) => html`<span aria-hidden="true" class="soft">${usageType === 'Acquired' ? '+' : '−'}</span> ${usageType}`,
    },
    { name: 'Licence type', width: '1.4fr', cell: ({ licenceType }) => licenceType },
    {
      name: 'User',
      width: '1.6fr',
      cell: ({ user, userName }) =>
        html`<a href=${navigation.href({ page: 'sessions' }, { user })} title="Open sessions of ${user}">${user}</a>${userName ? html` <span class="soft">${userName}</span>` : ''}`,
    },
    {
      name: 'Logon source',
      width: '1.8fr',
      cell: ({ logonSource, flags }) =>
        html`${logonSource}${flags.map((flag) => html` <span class="flag" title=${meaningOf(flag)}>${flag.replaceAll('-', ' ')}</span>`)}`,
    },
    { name: 'Pool', width: '1.2fr', cell: ({ pool }) => poolWord(pool) },
    {
      name: 'In use after',
      width: '1fr',
      number: true,
      cell: (record) =>
        html`<a href=${navigation.href({ page: 'history' }, around(record))} title="The level around this record">${formatCount(record.inUse)}</a>`,
    },
    {
      name: 'Held for',
      width: '1fr',
      number: true,
      cell: ({ heldSeconds }) => (heldSeconds === null ? '–' : inWords(heldSeconds * 1_000)),
    },
  ];
  return virtualTable({ label: 'Licence records', columns, rows: records, key: ({ seq }) => seq, onEnd });
}

const MEANINGS: Record<string, string> = {
  'clock-ahead': 'The source’s clock was ahead of Highwater’s.',
  'unknown-logon-source': 'The logon source is not in the catalogue; it carries no service features.',
  'unknown-licence-type': 'The licence type is not in the catalogue.',
  late: 'It came after newer events and was worked into the past.',
  superseded: 'Replaced by a corrected record after a late event. It counts no longer.',
};
const meaningOf = (flag: RecordFlag): string => MEANINGS[flag] ?? '';

/** What the flags of these records mean, in words. */
export function flagLegend(records: readonly RecordView[]): TemplateResult | string {
  const flags = [...new Set(records.flatMap((record) => record.flags))].filter((flag) => meaningOf(flag) !== '');
  if (flags.length === 0) return '';
  return html`<dl class="flag-legend">${flags.map((flag) => html`<div><dt><span class="flag">${flag.replaceAll('-', ' ')}</span></dt><dd>${meaningOf(flag)}</dd></div>`)}</dl>`;
}
