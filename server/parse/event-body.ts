import type { LicenceEvent } from '../../shared/events.ts';
import type { Instant } from '../../shared/time.ts';
import type { EventParser } from './events.ts';
import { parseJson } from './json.ts';
import { RefusedInput } from './refusal.ts';

const LINE_FEED = 10;
const BYTE_ORDER_MARK = 0xfeff;

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

interface Lines {
  items: unknown[];
  unreadable: Map<number, string>;
}

/** Line by line: several times cheaper than making one array of the whole text. Blank lines are no events. */
function readLines(body: Buffer, maxEvents: number): Lines {
  const lines: Lines = { items: [], unreadable: new Map() };
  const text = decode(body);
  if (text === null) readBytes(body, maxEvents, lines);
  else {
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf('\n', start);
      readLine(text.slice(start, end === -1 ? text.length : end), maxEvents, lines);
      start = end === -1 ? text.length : end + 1;
    }
  }
  return lines;
}

/** Which of the lines are not UTF-8. */
function readBytes(body: Buffer, maxEvents: number, lines: Lines): void {
  for (let start = 0; start < body.length; ) {
    const end = body.indexOf(LINE_FEED, start);
    readLine(decode(body.subarray(start, end === -1 ? body.length : end)), maxEvents, lines);
    start = end === -1 ? body.length : end + 1;
  }
}

/** @param line null: not UTF-8 */
function readLine(line: string | null, maxEvents: number, { items, unreadable }: Lines): void {
  if (line === null) {
    unreadable.set(items.length, 'is not valid UTF-8');
    items.push(undefined);
    return;
  }
  if (line.trim() === '') return;
  checkCount(items.length + 1, maxEvents);
  try {
    items.push(JSON.parse(line.charCodeAt(0) === BYTE_ORDER_MARK ? line.slice(1) : line));
  } catch {
    unreadable.set(items.length, 'is not valid JSON');
    items.push(undefined);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
