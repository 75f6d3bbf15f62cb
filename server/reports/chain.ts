import { formatInstant } from '../../shared/time.ts';
import type { ChainView } from '../../shared/views.ts';
import type { ChainLink } from '../books/chain.ts';
import type { Reader } from '../store/store.ts';

/** The newest link of the chain over an organisation's records, or the one that stands for a number. */
export function readChain(disk: Reader, epoch: string, organisation: string, seq?: number): ChainView {
  const bounds = { start: [organisation, seq ?? 0], end: [organisation, Number.POSITIVE_INFINITY] };
  const [row] = disk.range<ChainLink>('chain', { ...bounds, reverse: seq === undefined, limit: 1 });
  if (!row) return { epoch, seq: null, hash: null, count: 0, oldestAt: null, newestAt: null };
  const { hash, count, oldestAt, newestAt } = row.value;
  return { epoch, seq: row.key[1] as number, hash, count, oldestAt: formatInstant(oldestAt), newestAt: formatInstant(newestAt) };
}
