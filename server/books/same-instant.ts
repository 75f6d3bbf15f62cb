/** What came in of one instant, to a clock that counts in seconds: an end may stand behind the beginning that it made room for. */
import type { IgnoredReason } from '../../shared/events.ts';
import { type Devices, releasedBySystem } from '../licensing/sessions.ts';
import type { Entry, Position } from './entry.ts';
import type { Placed } from './user-timeline.ts';

/** Something that belongs into the books only if it does anything there; `reason` says why not, once it was looked at. */
export interface Tentative extends Placed {
  reason: IgnoredReason | null;
}

/** Its place in the books, and what is placed there. */
interface Item {
  position: Position;
  entry: Entry;
  tentative?: Tentative;
}

/**
 * A user who already holds a type cannot acquire it again, unless the holding ends at the very same instant: then the record of
 * that end changes places with this one. So does that of a refresh with a release.
 */
export function bringForward(items: Item[], index: number, devices: Devices): void {
  const item = items[index] as Item;
  if (!item.tentative) return;
  if (item.entry.kind === 'import-acquired') bringEndForward(items, index, devices);
  else if (item.entry.kind !== 'import-refreshed') bringRefreshForward(items, index);
}

/** Whoever goes at the very instant of a refresh was refreshed before. */
function bringRefreshForward(items: Item[], index: number): void {
  const { entry } = items[index] as Item;
  changePlaces(items, index, (other) => other.kind === 'import-refreshed' && other.licences?.[0] === entry.licences?.[0]);
}

function bringEndForward(items: Item[], index: number, devices: Devices): void {
  const { position, entry } = items[index] as Item;
  const [type = ''] = entry.licences ?? [];
  const held = devices.get(entry.device)?.holdings.find((holding) => holding.type === type);
  if (!held || held.since >= position.at) return;
  changePlaces(items, index, (other) => ends(other, entry.device, type, devices));
}

/** With the first of the user's records of that instant that is wanted. */
function changePlaces(items: Item[], index: number, isWanted: (entry: Entry) => boolean): void {
  const item = items[index] as Item;
  for (let later = index + 1; items[later]?.position.at === item.position.at; later++) {
    const other = items[later] as Item;
    if (!other.tentative || other.entry.user !== item.entry.user || !isWanted(other.entry)) continue;
    items[index] = { ...other, position: item.position };
    items[later] = { ...item, position: other.position };
    return;
  }
}

function ends({ kind, device, licences, named }: Entry, held: string, type: string, devices: Devices): boolean {
  if (licences?.[0] !== type) return false;
  if (kind === 'import-released') return device === held;
  return kind === 'import-logged-off' && releasedBySystem(devices, type, named) === held;
}
