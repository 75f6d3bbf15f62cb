/** Staff, settings and the stream of events of one run, all from a seed. */
import type { OrganisationSettings } from '../../shared/organisation.ts';
import { createCentre } from './centre.ts';
import { settingsFor } from './entitlements.ts';
import { LEASE_SECONDS, type Move } from './moves.ts';
import { seededRandom } from './random.ts';
import { dayLength } from './shifts.ts';
import { createStaff, type Member } from './staff.ts';

const CENTRE_NAME = 'Northwind Contact Centre';
/** Heartbeats may take this part of the rate; as many desktops have a lease as it can keep alive. */
const HEARTBEAT_PART = 0.2;
const MOST_LEASED = 0.6;

/** An event as `POST /api/v1/events` takes it. */
export interface WireEvent {
  type: Move['type'];
  organisation: string;
  user: string;
  device?: string;
  logonSource: string;
  leaseSeconds?: number;
  id: string;
}

/** `key`: events with the same key must be sent in order. */
export interface Draft {
  key: number;
  event: WireEvent;
}

export interface Simulation {
  staff: Member[];
  settings: OrganisationSettings;
  /** People who are in when the doors open. */
  opening: number;
  warmUp(): Draft | undefined;
  /** The `nth` event after the warm-up, counted from 0 and asked for in order. */
  next(nth: number): Draft;
}

export interface SimulationOptions {
  organisation: string;
  users: number;
  /** Events per second. */
  rate: number;
  seed: number;
  /** Sets the ids of this run apart from those of another with the same seed. */
  run: string;
}

export function createSimulation({ organisation, users, rate, seed, run }: SimulationOptions): Simulation {
  const random = seededRandom(seed);
  const leasedShare = Math.min(MOST_LEASED, (rate * HEARTBEAT_PART * LEASE_SECONDS) / 3 / users);
  const staff = createStaff(users, random, leasedShare);
  const centre = createCentre({ staff, random, dayMs: dayLength(users, rate) });
  let said = 0;
  const draft = ({ person, ...move }: Move): Draft => {
    const { type, logonSource, device, leaseSeconds } = move;
    const event: WireEvent = { type, organisation, user: person.user, logonSource, id: `${run}-${said++}` };
    if (device !== undefined) event.device = device;
    if (leaseSeconds !== undefined) event.leaseSeconds = leaseSeconds;
    return { key: person.index, event };
  };
  return {
    staff,
    settings: settingsFor(CENTRE_NAME, staff),
    opening: centre.opening,
    warmUp() {
      const move = centre.warmUp();
      return move && draft(move);
    },
    next: (nth) => draft(centre.next((nth / rate) * 1000)),
  };
}
