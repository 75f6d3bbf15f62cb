/**
 * Everything that is kept beside the entries, derived from them again and compared. One plain walk an organisation: memory grows
 * with what is open, and by one bit a record. The store must stand still meanwhile.
 */
import type { AlertTransitionView } from '../../shared/alerts.ts';
import { keptOf, type OrganisationCounters } from '../books/organisation.ts';
import { withRaises } from '../books/raises.ts';
import type { Downtime } from '../licensing/sessions.ts';
import type { Reader } from '../store/store.ts';
import { createFinder, type Findings } from './findings.ts';
import { Numbers } from './numbers.ts';
import { walkOrganisation } from './organisation-walk.ts';
import { verifyPacks } from './packs.ts';
import { verifyStatements } from './statements.ts';

/** Steps of an alert are kept for 400 days: numbers that are missing for longer may have been theirs. */
const HISTORY_MS = 400 * 86_400_000;
/** Entries between two reports. */
const REPORT_EVERY = 50_000;

/** @param onProgress hears the entries walked so far */
export function verifyStore(store: Reader, onProgress: (entries: number) => void = () => {}): Findings {
  const disk = withRaises(store);
  const finder = createFinder();
  const { findings } = finder;
  const numbers = new Numbers();
  const downtimes = [...disk.range<number>('downtimes', {})].map(({ key, value }): Downtime => ({ from: key[0] as number, until: value }));
  const meta = (name: string): number => disk.get<number>('meta', [name]) ?? 0;
  const onEntry = () => {
    if (findings.entries % REPORT_EVERY === 0) onProgress(findings.entries);
  };
  for (const { key } of disk.range('organisations', {})) {
    findings.organisations++;
    walkOrganisation({ disk, finder, numbers, downtimes, lastCommitAt: meta('lastCommitAt'), onEntry }, key[0] as string);
    verifyPacks(disk, finder, key[0] as string);
  }
  for (const { key } of disk.range('states', {})) {
    if (disk.get('organisations', key) === undefined) finder.expect(key[0] as string, 'organisations', key, 'a row', undefined);
  }
  for (const { key, value } of disk.range<AlertTransitionView>('alertHistory', {})) {
    if (!numbers.add(value.seq))
      finder.expect(key[0] as string, 'alertHistory', key, `number ${value.seq} once`, `number ${value.seq} twice`);
  }
  const seq = meta('seq');
  if (numbers.has(seq + 1)) finder.expect(null, 'meta', ['seq'], 'the highest number given', seq);
  if (meta('lastCommitAt') - meta('firstStartAt') < HISTORY_MS && !isAnythingGone(disk)) {
    for (let n = 1; n <= seq; n++) if (!numbers.has(n)) finder.expect(null, 'entries', [n], `record or transition ${n}`, undefined);
  }
  verifyIndexes(disk, finder.expect);
  verifyStatements(disk, finder.expect);
  return findings;
}

/** Records are not kept for good: their numbers are missing. */
function isAnythingGone(disk: Reader): boolean {
  for (const { value } of disk.range<OrganisationCounters>('states', {})) if (Number.isFinite(keptOf(value).entries)) return true;
  return false;
}

function verifyIndexes(disk: Reader, expect: ReturnType<typeof createFinder>['expect']): void {
  for (const { key, value } of disk.range<[string, string][]>('idBatches', {})) {
    for (const id of value) if (disk.get('ids', id) === undefined) expect(id[0], 'ids', id, `the answer of batch ${key.join()}`, undefined);
  }
  for (const { key, value } of disk.range<string>('outbox', {})) {
    const delivery = disk.get<{ id: string; status: string }>('deliveries', key);
    expect(key[0] as string, 'outbox', key, delivery?.status === 'pending' ? delivery.id : undefined, value);
  }
  for (const { key, value } of disk.range<number>('deliveryIds', {})) {
    const [organisation, webhook, id] = key as [string, string, string];
    const found = disk.get<{ id: string }>('deliveries', [organisation, webhook, value])?.id;
    expect(organisation, 'deliveryIds', key, id, found);
  }
  for (const { key, value } of disk.range<{ rule: string; course: { state: string } }>('alerts', {})) {
    const active = value.course.state === 'firing' || value.course.state === 'pending';
    if (active && disk.get('alertRules', [key[0] as string, value.rule]) === undefined) {
      expect(key[0] as string, 'alertRules', [key[0] as string, value.rule], 'the rule of an active alert', undefined);
    }
  }
}
