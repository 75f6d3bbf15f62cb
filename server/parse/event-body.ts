import type { LicenceEvent } from '../../shared/events.ts';
import type { Instant } from '../../shared/time.ts';
import type { EventParser } from './events.ts';
import { parseJson } from './json.ts';
import { RefusedInput } from './refusal.ts';

const LINE_FEED = 10;

export type EventBodyKind = 'json' | 'ndjson';

/**
 * The events of one request body.
 * @param maxEvents a request that holds more is refused with 413
 * @throws RefusedInput
 */
export function parseEventBody(body: Buffer, kind: EventBodyKind, parser: EventParser, now: Instant, maxEvents: number): LicenceEvent[] {
  if (kind === 'ndjson') {
    const { items, unreadable } = readLines(body, maxEvents);
    return parser.parse(items, now, unreadable);
  }
  const value = parseJson(body);
  const items = Array.isArray(value) ? value : [value];
  checkCount(items.length, maxEvents);
  return parser.parse(items, now);
}

/** @throws RefusedInput with status 413 */
export function checkCount(count: number, maxEvents: number): void {
  if (count > maxEvents) throw new RefusedInput('too_many_events', `A request holds at most ${maxEvents} events.`, [], 413);
}

/** Line by line from the bytes: several times cheaper than making one array of the whole text. Blank lines are no events. */
function readLines(body: Buffer, maxEvents: number): { items: unknown[]; unreadable: Map<number, string> } {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const items: unknown[] = [];
  const unreadable = new Map<number, string>();
  for (let start = 0; start < body.length; ) {
    const end = body.indexOf(LINE_FEED, start);
    const line = body.subarray(start, end === -1 ? body.length : end);
    start = end === -1 ? body.length : end + 1;
    let text: string;
    try {
      text = decoder.decode(line);
    } catch {
      unreadable.set(items.length, 'is not valid UTF-8');
      items.push(undefined);
      continue;
    }
    if (text.trim() === '') continue;
    checkCount(items.length + 1, maxEvents);
    try {
      items.push(JSON.parse(text));
    } catch {
      unreadable.set(items.length, 'is not valid JSON');
      items.push(undefined);
    }
  }
  return { items, unreadable };
}
