/**
 * A contact centre at work, one event at a time: pure, seeded, and never short of something to say.
 * The rota and the breaks set how many should be at their desks; people come, go and take breaks until that is so,
 * and in between do what keeps a centre busy: devices come and go, connections break, somebody forgets to log out.
 */
import { createAgenda } from './agenda.ts';
import { heartbeat, LEASE_SECONDS, logIn, logInAll, logOut, logOutAll, logOutOddly, type Move, type Say } from './moves.ts';
import { picker, type Random } from './random.ts';
import { type Person, Roster, type Slot } from './roster.ts';
import { coverage, hourAt, onBreak, SHIFTS, type Shift } from './shifts.ts';
import type { Member } from './staff.ts';

const HEARTBEAT_MS = (LEASE_SECONDS * 1000) / 3;
const RECONNECT_MS = 4_000;
/** Of the staff: devices left logged in, and of those at work: connections lost at the same time. */
const FORGOTTEN = 0.04;
const AWAY = 0.03;

export interface Centre {
  /** How many of the staff are at work, or on a break, when the doors open. */
  readonly opening: number;
  /** Logs in the next one of the early risers; undefined once everybody on shift is in. */
  warmUp(): Move | undefined;
  /** The next event; `elapsed` milliseconds since the doors opened, never less than the time before. */
  next(elapsed: number): Move;
}

export interface CentreOptions {
  staff: Member[];
  random: Random;
  /** How long a simulated day takes, in milliseconds. */
  dayMs: number;
}

type Whim = 'break' | 'phone' | 'extra' | 'drop' | 'vanish' | 'force' | 'again' | 'tidy' | 'stray' | 'odd';

const WHIMS: Record<Whim, number> = {
  break: 45,
  phone: 40,
  extra: 14,
  drop: 8,
  vanish: 1,
  force: 3,
  again: 5,
  tidy: 4,
  stray: 0.2,
  odd: 0.6,
};

export function createCentre({ staff, random, dayMs }: CentreOptions): Centre {
  const roster = new Roster(staff);
  const agenda = createAgenda<{ person: Person; turn: number; what: 'heartbeat' | 'back' }>();
  const pickWhim = picker(WHIMS);
  const queue: Move[] = [];
  let elapsed = 0;

  const say: Say = (move) => {
    queue.push(move);
    if (move.leaseSeconds === undefined) return;
    // The first heartbeat comes at any moment of its interval, or the whole morning would beat in step.
    const wait = move.type === 'login' ? HEARTBEAT_MS * (0.5 + random.next() / 2) : HEARTBEAT_MS;
    agenda.add(elapsed + wait, { person: move.person, turn: move.person.turn, what: 'heartbeat' });
  };

  const arrive = (person: Person | undefined): void => {
    if (!person) return;
    logInAll(person, say);
    roster.move(person, 'working');
  };

  const leave = (person: Person | undefined): void => {
    if (!person) return;
    const forgets = person.shift !== 'always' && roster.forgotten.size < staff.length * FORGOTTEN && random.chance(0.12);
    logOutAll(person, say, forgets ? 'phone' : undefined);
    roster.move(person, 'home');
  };

  const takeBreak = (person: Person | undefined): void => {
    if (!person || person.breaks === 'none') return;
    if (person.breaks === 'unavailable') logOut(person, 'phone', say);
    else logOutAll(person, say, person.breaks === 'keep-phone' ? 'phone' : undefined);
    roster.move(person, 'break');
  };

  const endBreak = (person: Person | undefined): void => {
    if (!person) return;
    logInAll(person, say);
    roster.move(person, 'working');
  };

  /** The desktop is gone: said so, or silently until its lease ends. */
  const lose = (person: Person | undefined, silently: boolean): void => {
    const most = Math.max(1, roster.size('working') * AWAY);
    if (!person?.open.has('screen') || roster.size('away') >= most || (silently && !person.leased)) return;
    person.turn++;
    if (silently) person.open.delete('screen');
    else logOutOddly(person, 'screen', random, say);
    const back = silently ? LEASE_SECONDS * 1000 + RECONNECT_MS : RECONNECT_MS;
    agenda.add(elapsed + back, { person, turn: person.turn, what: 'back' });
    roster.move(person, 'away');
  };

  /** `off`: how likely a device that is on goes off when thought of; one that is off always goes on. */
  const toggle = (slot: Slot, off: number): void => {
    const person = roster.pick('working', random);
    if (!person) return;
    if (!person.open.has(slot)) logIn(person, slot, say);
    else if (person.open.size > 1 && random.chance(off)) logOut(person, slot, say);
  };

  const whims: Record<Whim, () => void> = {
    break() {
      const [working, resting] = [roster.size('working'), roster.size('break')];
      const wanted = (working + resting) * onBreak(elapsed, hourAt(elapsed, dayMs));
      // Near the mark it goes both ways, so that breaks begin and end even where their number stands still.
      const begins = random.chance(0.5 + Math.max(-0.5, Math.min(0.5, (wanted - resting) / Math.max(2, wanted / 4))));
      if (begins) takeBreak(roster.pick('working', random));
      else endBreak(roster.pick('break', random));
    },
    phone: () => toggle('phone', 0.15),
    extra: () => toggle('extra', 0.5),
    odd: () => toggle('odd', 1),
    drop: () => lose(roster.pick('working', random), false),
    vanish: () => lose(roster.pick('working', random), true),
    force() {
      const person = roster.pick('working', random);
      if (!person?.open.get('phone')?.releases[1]) return;
      logOutOddly(person, 'phone', random, say);
      if (person.open.size === 0) logIn(person, 'phone', say);
    },
    again() {
      const person = roster.pick('working', random);
      const slot = person?.open.keys().next().value;
      if (person && slot) logIn(person, slot, say);
    },
    tidy() {
      const person = roster.forgotten.pick(random);
      if (!person) return;
      logOutOddly(person, 'phone', random, say);
      roster.move(person, 'home');
    },
    stray() {
      const person = roster.pick('home', random);
      const source = person?.screen?.logonSource;
      if (person?.open.size === 0 && source) say({ person, type: 'logout', logonSource: source });
    },
  };

  /** Positive: so many of a shift are missing; negative: so many too many are at work. */
  const missing = (shift: Shift): number => {
    const home = roster.size('home', shift);
    const here = roster.size('working', shift) + roster.size('break', shift) + roster.size('away', shift);
    return Math.round((home + here) * coverage(shift, hourAt(elapsed, dayMs))) - here;
  };

  /** Lets one person come or go where a shift has too few or too many at work. */
  const followRota = (): void => {
    const shift = SHIFTS.find((each) => missing(each) !== 0);
    if (!shift) return;
    if (missing(shift) > 0) arrive(roster.pick('home', random, shift));
    else leave(roster.pick('working', random, shift) ?? roster.pick('break', random, shift));
  };

  const keepAgenda = (): void => {
    for (let entry = agenda.due(elapsed); entry; entry = agenda.due(elapsed)) {
      const { person, turn, what } = entry;
      if (turn !== person.turn) continue;
      if (what === 'heartbeat') heartbeat(person, say);
      else if (person.whereabouts === 'away') endBreak(person);
      if (queue.length > 0) return;
    }
  };

  const decide = (): void => {
    keepAgenda();
    if (queue.length === 0 && random.chance(0.5)) followRota();
    for (let tries = 0; queue.length === 0 && tries < 8; tries++) whims[pickWhim(random)]();
    // Whoever is left: a small team in the middle of the night must not fall silent either.
    if (queue.length === 0) arrive(roster.pick('break', random) ?? roster.pick('away', random) ?? roster.pick('home', random));
    if (queue.length === 0) leave(roster.pick('working', random));
  };

  const opening = SHIFTS.map((shift) => ({ shift, left: Math.round(roster.size('home', shift) * coverage(shift, hourAt(0, dayMs))) }));
  return {
    opening: opening.reduce((sum, { left }) => sum + left, 0),
    warmUp() {
      for (let wanted = opening.find(({ left }) => left > 0); queue.length === 0 && wanted; wanted = opening.find(({ left }) => left > 0)) {
        wanted.left--;
        const person = roster.pick('home', random, wanted.shift);
        if (person && person.breaks !== 'none' && random.chance(onBreak(0, hourAt(0, dayMs)))) roster.move(person, 'break');
        else arrive(person);
      }
      return queue.shift();
    },
    next(at) {
      elapsed = at;
      if (queue.length === 0) decide();
      const move = queue.shift();
      if (!move) throw new Error('a centre without staff has nothing to say');
      return move;
    },
  };
}
