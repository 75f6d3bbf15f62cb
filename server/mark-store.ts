/** What a data directory says of itself: which format its books are of, and which epoch they belong to. */
import type { Instant } from '../shared/time.ts';
import { type MigrationLog, migrate } from './migration.ts';
import { beginBooks } from './store/begin-books.ts';
import { refuseNewer } from './store/faults.ts';
import type { Store } from './store/store.ts';

/**
 * Gives a new data directory its epoch, and says since when it is there; books of an older format are brought to this one.
 *
 * @returns the epoch
 * @throws NewerFormatError
 */
export async function markStore(store: Store, randomId: () => string, now: Instant, log: MigrationLog): Promise<string> {
  const known = store.get<string>('meta', ['epoch']);
  refuseNewer(store.get('meta', ['format']));
  if (known !== undefined) {
    await migrate(store, log);
    return known;
  }
  const epoch = randomId();
  await beginBooks(store, epoch, now);
  return epoch;
}
