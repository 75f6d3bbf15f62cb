/** Who works in the simulated centre: always the same people for the same seed and number. */
import type { Assignment } from '../../shared/organisation.ts';
import { FIRST_NAMES, LAST_NAMES, SITES, userId } from './names.ts';
import { type Random, weighted } from './random.ts';
import type { Shift } from './shifts.ts';
import { EQUIPMENT, type EquipmentKind, type EquipmentName, TEAMS, type Team } from './teams.ts';

export interface Equipment extends EquipmentKind {
  /** Named devices only. */
  device?: string;
}

/** How somebody takes a break: logs out everywhere, leaves the phone paired, dials the status IVR, or never does (a meeting room). */
export type BreakHabit = 'log-out' | 'keep-phone' | 'unavailable' | 'none';

export interface Member {
  index: number;
  user: string;
  assignment: Assignment & { name: string; group: string; userType: string };
  shift: Shift;
  screen: Equipment | null;
  phone: Equipment | null;
  extra: Equipment | null;
  /** The screen sends heartbeats and logs in with a lease. */
  leased: boolean;
  breaks: BreakHabit;
}

/** `leasedShare`: the part of the desktops that send heartbeats. */
export function createStaff(users: number, random: Random, leasedShare: number): Member[] {
  const taken = new Map<string, number>();
  const teams = apportion(
    users,
    TEAMS.map((team) => team.share),
  );
  const staff = TEAMS.flatMap((team, index) =>
    Array.from({ length: teams[index] ?? 0 }, (_, nth) => createMember(team, nth, random, leasedShare, taken)),
  );
  return staff.map((member, index) => ({ ...member, index }));
}

function createMember(team: Team, nth: number, random: Random, leasedShare: number, taken: Map<string, number>): Member {
  const { user, name } = team.userType === 'Meeting Room' ? room(nth, random) : person(random);
  const namesakes = (taken.get(user) ?? 0) + 1;
  taken.set(user, namesakes);
  const screen = equip(team.screen, random);
  const phone = equip(team.phone, random);
  return {
    index: 0,
    user: namesakes === 1 ? user : `${user}.${namesakes}`,
    assignment: {
      name,
      group: team.group,
      userType: team.userType,
      serviceFeatures: Object.entries(team.features).flatMap(([feature, part]) => (random.chance(part) ? [feature] : [])),
    },
    shift: weighted(team.shifts, random),
    screen,
    phone,
    extra: equip(team.extra, random),
    leased: screen?.logonSource === 'Agent Desktop' && random.chance(leasedShare),
    breaks: breakHabit(screen, phone, random),
  };
}

function person(random: Random): { user: string; name: string } {
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  return { user: userId(first, last), name: `${first} ${last}` };
}

function room(nth: number, random: Random): { user: string; name: string } {
  const site = random.pick(SITES);
  return { user: `room.${site.toLowerCase()}.${nth + 1}`, name: `${site} meeting room ${nth + 1}` };
}

function equip(weights: Partial<Record<EquipmentName | 'none', number>>, random: Random): Equipment | null {
  const name = weighted(weights, random);
  if (name === 'none') return null;
  const kind: EquipmentKind = EQUIPMENT[name];
  return kind.prefix === undefined ? kind : { ...kind, device: `${kind.prefix}${20_000 + random.below(70_000)}` };
}

function breakHabit(screen: Equipment | null, phone: Equipment | null, random: Random): BreakHabit {
  if (phone?.logonSource === 'Fixed Profile Device') return 'none';
  if (phone?.logonSource === 'Agent Status IVR') return 'unavailable';
  return screen && phone && random.chance(0.3) ? 'keep-phone' : 'log-out';
}

/** Divides `total` in proportion to the shares by largest remainder, so that the parts add up to it. */
function apportion(total: number, shares: number[]): number[] {
  const sum = shares.reduce((left, right) => left + right, 0);
  const exact = shares.map((share) => (total * share) / sum);
  const parts = exact.map(Math.floor);
  const byRemainder = exact.map((value, index) => ({ index, rest: value % 1 })).sort((a, b) => b.rest - a.rest || a.index - b.index);
  const missing = total - parts.reduce((left, right) => left + right, 0);
  for (const { index } of byRemainder.slice(0, missing)) parts[index] = (parts[index] ?? 0) + 1;
  return parts;
}
