/** Events as they come in: unknown values to typed events with every default filled in, or one refusal that names everything that is wrong. */
import { z } from 'zod';
import type { Catalogue, LogonSource } from '../../shared/catalogue.ts';
import { licenceTypeName, SCHEDULED_LOG_OFF, SYSTEM_FAMILY, UNKNOWN_FAMILY } from '../../shared/catalogue.ts';
import type { LicenceEvent } from '../../shared/events.ts';
import { EVENT_TYPES } from '../../shared/events.ts';
import { type Instant, millisOf, parseInstant } from '../../shared/time.ts';
import { instant, name, seconds } from './fields.ts';
import { fieldProblems, shown } from './issues.ts';
import { Problems } from './refusal.ts';

/** A clock at the source may run ahead by so much. */
export const AHEAD_MS = 300_000;
const LICENCES_PER_EVENT = 1_000;

const common = { organisation: name, at: instant.optional(), id: name.optional() };
const onDevice = { ...common, user: name, device: name.optional(), logonSource: name };
const licences = z
  .array(name)
  .max(LICENCES_PER_EVENT)
  .transform((names) => [...new Set(names.map(licenceTypeName))]);

export const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('login'), ...onDevice, licences: licences.optional(), leaseSeconds: seconds.optional() }),
  z.strictObject({ type: z.literal('logout'), ...onDevice }),
  z.strictObject({ type: z.literal('heartbeat'), ...onDevice, leaseSeconds: seconds.optional() }),
  z.strictObject({ type: z.literal('logout-all'), ...common, logonSource: name.optional() }),
]);
type ParsedEvent = z.output<typeof eventSchema>;

const KNOWN_FIELDS = new Set(['type', 'organisation', 'user', 'device', 'logonSource', 'at', 'licences', 'id', 'leaseSeconds']);

export interface EventParser {
  /**
   * @param items what stood in the request, in order
   * @param now instant of arrival
   * @param unreadable indices whose text was not even JSON
   * @throws RefusedInput with every problem of every event
   */
  parse(items: unknown[], now: Instant, unreadable?: ReadonlyMap<number, string>): LicenceEvent[];
}

export function createEventParser(catalogue: Catalogue): EventParser {
  const sources = new Map(catalogue.logonSources.map((source) => [source.name, source]));
  return {
    parse(items, now, unreadable) {
      const problems = new Problems();
      if (items.length === 0) problems.add({ path: '', message: 'a request must hold at least one event' });
      const events: LicenceEvent[] = [];
      for (let index = 0; index < items.length; index++) {
        const broken = unreadable?.get(index);
        if (broken !== undefined) {
          problems.add({ index, path: '', code: 'malformed_json', message: broken });
          continue;
        }
        const before = problems.count;
        const item = items[index];
        const parsed = eventSchema.safeParse(item);
        if (!parsed.success) addIssues(problems, index, item);
        addRules(problems, index, item, parsed.data, now, sources);
        if (parsed.success && problems.count === before) events.push(complete(parsed.data, now, sources));
      }
      problems.throwIfAny('invalid_body', 'Nothing was recorded');
      return events;
    },
  };
}

/** Looked at once more, now with what was found: reporting that costs three times the check, and good events need none of it. */
function addIssues(problems: Problems, index: number, item: unknown): void {
  const issues = eventSchema.safeParse(item, { reportInput: true }).error?.issues ?? [];
  const type = typeof item === 'object' && item !== null ? (item as { type?: unknown }).type : undefined;
  for (const issue of issues) {
    if (issue.code === 'invalid_union') {
      const message = type === undefined ? 'is required' : `must be one of ${EVENT_TYPES.join(', ')}`;
      problems.add({ index, path: 'type', message });
      continue;
    }
    const unknownKey = (key: string) => (KNOWN_FIELDS.has(key) ? `is not allowed on ${String(type)}` : 'is not a known field');
    for (const problem of fieldProblems(issue, unknownKey)) problems.add({ index, ...problem });
  }
}

/** What no single field can tell; looked at even when a field is wrong, so that a caller sees everything at once. */
function addRules(
  problems: Problems,
  index: number,
  item: unknown,
  event: ParsedEvent | undefined,
  now: Instant,
  sources: Map<string, LogonSource>,
): void {
  if (typeof item !== 'object' || item === null) return;
  const { type, at, logonSource } = item as { type?: unknown; at?: unknown; logonSource?: unknown };
  const instantOf = event ? event.at : typeof at === 'string' ? parseInstant(at) : undefined;
  if (typeof instantOf === 'number' && instantOf > now + AHEAD_MS) {
    problems.add({ index, path: 'at', code: 'event_from_future', message: `lies more than ${AHEAD_MS / 1000} seconds in the future` });
  }
  if (type !== 'login' || typeof logonSource !== 'string') return;
  const source = sources.get(logonSource);
  if (source && (!source.acquires || source.family === SYSTEM_FAMILY)) {
    const why = source.family === SYSTEM_FAMILY ? 'is the system itself' : 'only releases licences';
    problems.add({
      index,
      path: 'logonSource',
      code: 'source_cannot_acquire',
      message: `${shown(logonSource)} ${why}: nobody logs in through it`,
    });
  }
}

/** Assigned, not spread: this runs for every event. */
function complete(event: ParsedEvent, now: Instant, sources: Map<string, LogonSource>): LicenceEvent {
  const all = event.type === 'logout-all';
  const logonSource = event.logonSource ?? SCHEDULED_LOG_OFF;
  const complete: LicenceEvent = {
    type: event.type,
    organisation: event.organisation,
    user: all ? '' : event.user,
    device: all ? '' : (event.device ?? sources.get(logonSource)?.family ?? UNKNOWN_FAMILY),
    logonSource,
    at: event.at ?? now,
    receivedAt: now,
  };
  if (event.id !== undefined) complete.id = event.id;
  if ('leaseSeconds' in event && event.leaseSeconds !== undefined) complete.leaseMs = millisOf(event.leaseSeconds);
  if ('licences' in event && event.licences !== undefined) complete.licences = event.licences;
  return complete;
}
