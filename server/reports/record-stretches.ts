/** Where records of a query are, as packs tell: so that something rare is found without reading everything that happened around it. */
import type { Instant } from '../../shared/time.ts';
import { poolIndex } from '../books/entry.ts';
import { devicesOf, type Shape } from '../books/pack.ts';
import type { Span } from '../licensing/calendar.ts';
import type { RecordQuery } from '../pipeline-types.ts';
import type { Reader } from '../store/store.ts';
import { PackCursor } from './pack-cursor.ts';
import { type FoundPack, packFrom, packUpTo } from './packed-pieces.ts';

/** A stretch of which the entries are to be read; of a pack that was looked through instead, nothing but its furthest instant. */
export type Stretch = Span | { passed: Instant };

/** One of so many entries of a pack: with more of them all are read as fast. */
const RARE = 8;

/** The parts of a stretch in which something of the query may be, in its direction. */
export function* stretchesOf(disk: Reader, organisation: string, query: RecordQuery, { start, end }: Span): Generator<Stretch, void> {
  const matches = shapeMatcher(query);
  const source = { disk, organisation };
  const forward = query.order === 'asc';
  for (let [from, to] = [start, end]; from < to; ) {
    const found = matches && (forward ? packFrom(source, from, to) : packUpTo(source, from, to));
    if (!matches || !found) return yield { start: from, end: to };
    const inside = { start: Math.max(from, found.start), end: Math.min(to, found.pack.until) };
    const beside = forward ? { start: from, end: inside.start } : { start: inside.end, end: to };
    if (beside.start < beside.end) yield beside;
    yield* stretchesIn(found, inside, matches, query);
    if (forward) from = inside.end;
    else to = inside.start;
  }
}

function* stretchesIn(
  { pack, start }: FoundPack,
  inside: Span,
  matches: (shape: Shape) => boolean,
  { device, order }: RecordQuery,
): Generator<Stretch, void> {
  const cursor = new PackCursor(pack, start, { devices: device !== undefined });
  const wanted = cursor.shapes.map(matches);
  const devices = device === undefined ? null : devicesOf(pack).map((name) => name === device);
  const instants: Instant[] = [];
  let entries = 0;
  while (wanted.includes(true) && cursor.nextAt < inside.end && cursor.next()) {
    if (cursor.at < inside.start || !wanted[cursor.shape] || (devices && !devices[cursor.device])) continue;
    if (++entries * RARE > pack.count) return yield inside;
    if (instants.at(-1) !== cursor.at) instants.push(cursor.at);
  }
  if (order === 'desc') instants.reverse();
  for (const at of instants) yield { start: at, end: at + 1 };
  yield { passed: order === 'asc' ? inside.end - 1 : inside.start };
}

/** Null: packs tell nothing of what is asked for. */
function shapeMatcher({ licenceType, usageType, logonSource, device, pool, superseded }: RecordQuery): ((shape: Shape) => boolean) | null {
  if (superseded || [licenceType, logonSource, device, pool].every((each) => each === undefined)) return null;
  const wantedPool = pool === undefined ? -1 : poolIndex(pool as Parameters<typeof poolIndex>[0]);
  return ({ source, records }) =>
    (logonSource === undefined || source === logonSource) &&
    records.some(
      (record) =>
        (licenceType === undefined || record.type === licenceType) &&
        (usageType === undefined || record.acquired === (usageType === 'Acquired')) &&
        (pool === undefined || record.pool === wantedPool),
    );
}
