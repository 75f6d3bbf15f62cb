import type { Instant } from '../../shared/time.ts';
import { FORMAT } from './faults.ts';
import type { Store } from './store.ts';

/** From then on there are books in a store, though nothing stands in them. */
export const beginBooks = (store: Store, epoch: string, now: Instant): Promise<void> =>
  store.commit([
    { table: 'meta', key: ['format'], value: FORMAT },
    { table: 'meta', key: ['epoch'], value: epoch },
    { table: 'meta', key: ['firstStartAt'], value: now },
  ]);
