/** Thirteen months of many organisations: people who come and go by day, one centre that is far larger than the others, and rare things to look for. */
import type { LicenceEvent } from '../../../shared/events.ts';
import type { Assignment } from '../../../shared/organisation.ts';

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** Thirteen whole months, up to a Tuesday. */
export const FROM = Date.parse('2025-10-01T00:00:00Z');
export const TO = Date.parse('2026-11-01T00:00:00Z');
/** The largest centre has a fifth of everything, nine others another fifth. */
export const LARGEST = 'org-0';
/** Somebody who comes once in five weeks, to the largest centre, through an interface that nobody else uses. */
export const RARE = { user: 'visitor', licenceType: 'Meeting Room', logonSource: 'Fixed Profile Device' };

const RECORDS_AN_EVENT = 2;
const RECORDS_A_USER = 400;
/** Of a day's events, by hour of UTC. */
const BY_HOUR = [1, 1, 1, 1, 1, 2, 6, 14, 20, 16, 12, 12, 14, 14, 12, 12, 14, 18, 12, 6, 3, 2, 1, 1];

export interface Centre {
  id: string;
  share: number;
  users: number;
}

export function centresOf(organisations: number, records: number): Centre[] {
  const some = Math.min(9, organisations - 1);
  const rest = organisations - 1 - some;
  const shares = [organisations === 1 ? 1 : 0.2, ...Array(some).fill(0.2 / some), ...Array(rest).fill(0.6 / rest)];
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share, n) => ({
    id: `org-${n}`,
    share: share / sum,
    users: Math.max(4, Math.round(((share / sum) * records) / RECORDS_A_USER)),
  }));
}

export const assignmentsOf = ({ users }: Centre): { user: string; assignment: Assignment }[] =>
  Array.from({ length: users }, (_, n) => ({
    user: `agent.${n}`,
    assignment: {
      name: `Agent ${n}`,
      group: `Team ${n % 20}`,
      userType: n % 40 === 0 ? 'Supervisor' : 'Inbound Agent',
      serviceFeatures: [],
    },
  }));

/** The events of one hour after the other, in order of their instants. */
export function* hoursOf(centres: readonly Centre[], records: number): Generator<{ end: number; events: LicenceEvent[] }> {
  const random = seeded(129);
  const signedIn = new Set<string>();
  const owed = records / RECORDS_AN_EVENT / ((TO - FROM) / DAY) / BY_HOUR.reduce((a, b) => a + b, 0);
  let due = 0;
  for (let start = FROM; start < TO; start += HOUR) {
    const weekend = [0, 6].includes(new Date(start).getUTCDay());
    due += owed * (BY_HOUR[new Date(start).getUTCHours()] ?? 1) * (weekend ? 0.2 : 1.32);
    const count = Math.floor(due);
    due -= count;
    const instants = Array.from({ length: count }, () => start + Math.floor(random() * HOUR)).sort((a, b) => a - b);
    const events = instants.map((at) => eventAt(at, pick(centres, random()), random, signedIn));
    if ((start - FROM) % (35 * 24 * HOUR) === 10 * HOUR) events.push(...visit(start + HOUR - 2));
    yield { end: start + HOUR, events };
  }
}

function pick(centres: readonly Centre[], part: number): Centre {
  let left = part;
  for (const centre of centres) {
    left -= centre.share;
    if (left < 0) return centre;
  }
  return centres[0] as Centre;
}

/** Somebody comes, or goes. */
function eventAt(at: number, { id, users }: Centre, random: () => number, signedIn: Set<string>): LicenceEvent {
  const n = Math.floor(random() * users);
  const desktop = random() < 0.7;
  const [user, device] = [`agent.${n}`, desktop ? 'desktop' : 'deskphone'];
  const key = `${id} ${user} ${device}`;
  const comes = !signedIn.has(key);
  if (comes) signedIn.add(key);
  else signedIn.delete(key);
  const base = { organisation: id, user, device, at, receivedAt: at, logonSource: desktop ? 'Agent Desktop' : 'Paired Device' };
  if (!comes) return { type: 'logout', ...base };
  const role = n % 40 === 0 ? 'Supervisor' : 'Inbound Agent';
  return { type: 'login', ...base, licences: [role, desktop ? 'Agent E-mail' : 'Agent Calls'] };
}

function visit(at: number): LicenceEvent[] {
  const { user, licenceType, logonSource } = RARE;
  const base = { organisation: LARGEST, user, device: 'room', receivedAt: at, logonSource };
  return [
    { type: 'login', ...base, at, licences: [licenceType] },
    { type: 'logout', ...base, at: at + 1 },
  ];
}

/** The same in every run: a linear congruential generator is random enough for that. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}
