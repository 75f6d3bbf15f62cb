/** What comes before the data file is opened: is it whole, and if not, is there a backup to go on from. */
import { join } from 'node:path';
import type { Restore } from '../../shared/backups.ts';
import type { Instant } from '../../shared/time.ts';
import { lookAtDataFile } from '../store/data-file.ts';
import { NewerFormatError } from '../store/faults.ts';
import { DATA_FILE } from '../store/lmdb.ts';
import { freeBytes, NEXT_TO_NOTHING } from '../store/room.ts';
import { listBackups } from './backups.ts';
import { type Helper, HelperDiedError, HelperFailedError } from './helper-tasks.ts';
import { missingAfter, moveIn, putInPlace, removeUnfinished } from './restore.ts';

/** Bytes without which a new store cannot even be created. */
const SMALLEST_STORE = 8_388_608;

/** The books cannot be opened. Starting again changes nothing: somebody has to decide. */
export class DamagedStoreError extends Error {
  constructor(dataDir: string, damage: string, tried: readonly string[] = []) {
    super(
      `${join(dataDir, DATA_FILE)} ${damage}. Nothing was changed.${tried.map((text) => ` ${text}`).join('')} Keep a copy of the directory, ` +
        `then put the newest good backup in its place: highwater restore BACKUP --data-dir ${dataDir}. ` +
        'To begin anew without any history, move the whole directory away.',
    );
  }
}

export interface Opening {
  dataDir: string;
  /** Where backups are. */
  backups: string;
  onDamage: 'restore' | 'refuse';
  /** Read everything: starts have come to nothing. */
  whole: boolean;
  randomId: () => string;
  now: Instant;
  helper: Helper;
  log: { error(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** @returns what was restored, if anything had to be. @throws DamagedStoreError, or an Error where the disk is full */
export async function prepareDataFile(opening: Opening): Promise<Restore | null> {
  const { dataDir } = opening;
  const { state, ...rest } = lookAtDataFile(dataDir);
  if (state === 'new') {
    await createNew(opening);
    return null;
  }
  const damage = 'damage' in rest ? rest.damage : await damageOf(opening, state === 'short');
  return damage === null ? null : await restoreNewest(opening, damage);
}

async function createNew({ dataDir, helper, randomId, now }: Opening): Promise<void> {
  const free = freeBytes(dataDir);
  if (free < SMALLEST_STORE) throw new Error(`there is no room for a new store in ${dataDir}: ${free} bytes are free`);
  try {
    const epoch = randomId();
    await helper({ do: 'create', dataDir, epoch, now });
    moveIn(dataDir, epoch);
  } catch (error) {
    removeUnfinished(dataDir);
    throw new Error(`a new store cannot be made in ${dataDir}, its disk may be full or failing: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Only a file that is found damaged twice is: to put an older one in the place of good books would be the greater harm. */
async function damageOf(opening: Opening, short: boolean): Promise<string | null> {
  const found = (await lookOnce(opening, short)) === null ? null : await lookOnce(opening, short);
  return found !== null && short ? 'is cut off' : found;
}

async function lookOnce({ dataDir, helper, whole }: Opening, short: boolean): Promise<string | null> {
  try {
    await helper({ do: 'look', dataDir, whole: whole || short });
    return null;
  } catch (error) {
    return damageIn(error, join(dataDir, DATA_FILE), dataDir);
  }
}

/** What a helper found wrong with a file. @throws where the failure says nothing about the file: the start is refused, nothing is changed */
function damageIn(error: unknown, file: string, directory: string): string {
  const said = error instanceof Error ? (error.message.split('\n')[0] as string) : String(error);
  // LMDB's list of readers is a mapped file with holes: on a full disk whoever writes into one is ended by SIGBUS.
  const isFull = freeBytes(directory) < NEXT_TO_NOTHING;
  if (error instanceof HelperDiedError && error.crashed && !isFull) return `is damaged (${said})`;
  if (error instanceof HelperFailedError && error.fault === 'data') return `is damaged (it ${said})`;
  if (error instanceof HelperFailedError && error.fault === 'newer') throw new NewerFormatError(`${file}: ${said}`);
  throw new Error(
    `${file} could not be looked at: ${isFull ? `the disk of ${directory} is full, ` : ''}${said}. This says nothing about the books, and nothing was changed. Unless somebody stopped it: see that ` +
      'the daemon may read and write its directories, and that there is memory, room and a free file handle, and start it again',
    { cause: error },
  );
}

async function restoreNewest(opening: Opening, damage: string): Promise<Restore> {
  const { dataDir, backups, onDamage, helper, randomId, now, log } = opening;
  const tried: string[] = [];
  if (onDamage === 'refuse') throw new DamagedStoreError(dataDir, damage);
  for (const { name } of await listBackups(backups)) {
    const backup = join(backups, name);
    try {
      const epoch = randomId();
      const restore = await helper({ do: 'restore', backup, dataDir, epoch, now, damage, check: 'read' });
      putInPlace(dataDir, restore, epoch);
      log.error({ restore }, `the data file ${damage} and was moved aside; a backup is in its place. ${missingAfter(restore)}`);
      return restore;
    } catch (error) {
      tried.push(`The backup ${backup} ${damageIn(error, backup, backup)}.`);
      log.warn({ err: error, backup }, 'a backup cannot be used');
      removeUnfinished(dataDir);
    }
  }
  throw new DamagedStoreError(dataDir, damage, tried.length > 0 ? tried : [`There is no backup in ${backups}.`]);
}
