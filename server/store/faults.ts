/** Whose fault an error of the store is. Only what the data itself is guilty of may ever count as damage. */
import { constants } from 'node:os';
import { StoreShutError } from './store.ts';

/** Of what is stored; a newer one is refused, an older one is brought to this (server/migration.ts). */
export const FORMAT = 7;

/** The books were written by a newer Highwater. */
export class NewerFormatError extends Error {}

/** @throws NewerFormatError */
export function refuseNewer(format: unknown): void {
  if (typeof format === 'number' && format > FORMAT)
    throw new NewerFormatError(`The books are of format ${format}, written by a newer Highwater; this one knows formats up to ${FORMAT}`);
}

/** `data`: what was read is not what the daemon writes. `system`: no right, room, memory or file handle; the data says nothing. */
export type Fault = 'data' | 'newer' | 'system';

const ERRNO = new Map<string | number, string>(
  Object.entries(constants.errno).flatMap(([name, number]) => [
    [name, name],
    [number, name],
  ]),
);
/** A garbled head makes LMDB ask the system for what cannot be. */
const OF_THE_DATA = new Set(['EINVAL']);

export function faultOf(error: unknown): Fault {
  if (error instanceof NewerFormatError) return 'newer';
  if (error instanceof StoreShutError) return 'system';
  const code = (error as { code?: unknown } | null)?.code;
  const name = typeof code === 'string' || typeof code === 'number' ? ERRNO.get(code) : undefined;
  return name !== undefined && !OF_THE_DATA.has(name) ? 'system' : 'data';
}
