import type { Trouble } from '../client/live-client.ts';
import { inWords } from './duration.ts';
import { exactMoment, onLocalClock } from './time.ts';

/** How far the numbers on the page can be believed. */
export type FreshnessKind =
  /** Nothing to show yet. */
  | 'starting'
  | 'live'
  /** The connection is gone, but what is shown was true a moment ago. */
  | 'reconnecting'
  /** Nothing heard for ten seconds. */
  | 'old'
  /** Connected, but the daemon can write nothing down. */
  | 'not-recording'
  /** Connected, but the telephone system sends the daemon nothing. */
  | 'silent';

export interface FreshnessFacts {
  connected: boolean;
  /** Milliseconds; `null` before the first numbers. */
  age: number | null;
  isOld: boolean;
  /** The server's clock when the numbers were last confirmed. */
  heardAt: number | null;
  now: number;
  timeZone: string;
  notRecording: Trouble | null;
  feedSilent: boolean;
  /** Time of the newest event, when it is known. */
  lastEventAt: number | null;
}

export interface Freshness {
  kind: FreshnessKind;
  /** For the header: changes every second. */
  brief: string;
  /** For the whole page, when something is wrong: says since when. */
  sentence: string | null;
  /** For the ear: changes only when the kind does. */
  announcement: string;
}

export function freshness(facts: FreshnessFacts): Freshness {
  const { age, heardAt } = facts;
  if (age === null || heardAt === null) {
    if (!facts.connected) return { kind: 'starting', brief: 'Connecting …', sentence: null, announcement: 'Connecting' };
    return (
      notRecording(facts, 'Not recording') ?? {
        kind: 'starting',
        brief: 'Connected · no numbers yet',
        sentence: null,
        announcement: 'Connected',
      }
    );
  }
  const since = exactMoment(heardAt, facts.now, facts.timeZone);
  if (facts.isOld) {
    return {
      kind: 'old',
      brief: `${facts.connected ? 'No beat' : 'Reconnecting'} · data ${inWords(age)} old`,
      sentence: `These numbers are old: last heard ${since} (${inWords(age)} ago)`,
      announcement: `These numbers are old: last heard ${since}`,
    };
  }
  if (!facts.connected) {
    return { kind: 'reconnecting', brief: `Reconnecting · data ${inWords(age)} old`, sentence: null, announcement: 'Reconnecting' };
  }
  const trouble = notRecording(facts, `Not recording · data ${inWords(age)} old`);
  if (trouble) return trouble;
  if (facts.feedSilent) {
    const { lastEventAt } = facts;
    const sentence =
      lastEventAt === null
        ? 'Feed silent: no event for a while. Highwater is connected, but nothing tells it about logins'
        : `Feed silent: no event since ${exactMoment(lastEventAt, facts.now, facts.timeZone)} (${inWords(facts.now - lastEventAt)})`;
    return { kind: 'silent', brief: `Feed silent · data ${inWords(age)} old`, sentence, announcement: 'Feed silent' };
  }
  return { kind: 'live', brief: `Live · data ${inWords(age)} old`, sentence: null, announcement: 'Live' };
}

function notRecording({ notRecording: trouble, now, timeZone }: FreshnessFacts, brief: string): Freshness | null {
  if (trouble === null) return null;
  const sentence = `Not recording since ${exactMoment(trouble.since, now, timeZone)}: these numbers stand still. ${onLocalClock(trouble.reasons.join('. '), now, timeZone)}`;
  return { kind: 'not-recording', brief, sentence, announcement: sentence };
}
