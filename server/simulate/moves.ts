/** What a person does at a desk, as the events that a daemon hears of it. Each keeps `open` in step with what was said. */
import type { Random } from './random.ts';
import type { Person, Slot } from './roster.ts';
import type { Equipment } from './staff.ts';

/** Seconds without a word from a leased desktop after which the daemon closes it. */
export const LEASE_SECONDS = 90;

export interface Move {
  person: Person;
  type: 'login' | 'logout' | 'heartbeat';
  logonSource: string;
  device?: string;
  leaseSeconds?: number;
}

export type Say = (move: Move) => void;

/** A mobile client that the catalogue has not heard of. */
const UNKNOWN_EQUIPMENT: Equipment = { logonSource: 'Agent Mobile App', releases: ['Agent Mobile App'] };

const named = (equipment: Equipment) => (equipment.device === undefined ? {} : { device: equipment.device });
const lease = (person: Person, slot: Slot) => (slot === 'screen' && person.leased ? { leaseSeconds: LEASE_SECONDS } : {});

export function logIn(person: Person, slot: Slot, say: Say): void {
  const equipment = slot === 'odd' ? UNKNOWN_EQUIPMENT : person[slot];
  if (!equipment) return;
  person.open.set(slot, equipment);
  if (slot === 'screen') person.turn++;
  say({ person, type: 'login', logonSource: equipment.logonSource, ...named(equipment), ...lease(person, slot) });
}

/** `source`: another than the usual one, where the equipment knows it. */
export function logOut(person: Person, slot: Slot, say: Say, source?: string): void {
  const equipment = person.open.get(slot);
  if (!equipment) return;
  person.open.delete(slot);
  say({ person, type: 'logout', logonSource: source ?? equipment.releases[0], ...named(equipment) });
}

export function heartbeat(person: Person, say: Say): void {
  const screen = person.open.get('screen');
  if (screen) say({ person, type: 'heartbeat', logonSource: screen.logonSource, ...named(screen), ...lease(person, 'screen') });
}

/** Screen first, as people do; those who left a phone behind log in on it anew. */
export function logInAll(person: Person, say: Say): void {
  if (!person.open.has('screen')) logIn(person, 'screen', say);
  if (person.whereabouts === 'home' || !person.open.has('phone')) logIn(person, 'phone', say);
  if (person.screen === null && person.phone === null) logIn(person, 'extra', say);
}

export function logOutAll(person: Person, say: Say, but?: Slot): void {
  for (const slot of [...person.open.keys()]) if (slot !== but) logOut(person, slot, say);
}

/** One of the unusual ends of a device: forced, cleared, connection lost. */
export function logOutOddly(person: Person, slot: Slot, random: Random, say: Say): void {
  const [usual, ...unusual] = person.open.get(slot)?.releases ?? [''];
  logOut(person, slot, say, unusual.length > 0 ? random.pick(unusual as [string, ...string[]]) : usual);
}
