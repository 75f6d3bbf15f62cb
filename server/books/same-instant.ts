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
 * that end changes places with this one.
 */
export function bringForward(items: Item[], index: number, devices: Devices): void {
  const { position, entry, tentative } = items[index] as Item;
  if (!tentative || entry.kind !== 'import-acquired') return;
  const [type = ''] = entry.licences ?? [];
  const held = devices.get(entry.device)?.holdings.find((holding) => holding.type === type);
  if (!held || held.since >= position.at) return;
  for (let later = index + 1; items[later]?.position.at === position.at; later++) {
    const other = items[later] as Item;
    if (!other.tentative || other.entry.user !== entry.user || !ends(other.entry, entry.device, type, devices)) continue;
    const moved = { ...(items[index] as Item), position: other.position };
    items[index] = { ...other, position };
    items[later] = moved;
    return;
  }
}

function ends({ kind, device, licences, named }: Entry, held: string, type: string, devices: Devices): boolean {
  if (licences?.[0] !== type) return false;
  if (kind === 'import-released') return device === held;
  return kind === 'import-logged-off' && releasedBySystem(devices, type, named) === held;
}
