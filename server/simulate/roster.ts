/** Who is where: picks somebody by chance in constant time, however large the staff. */
import type { Random } from './random.ts';
import { SHIFTS, type Shift } from './shifts.ts';
import type { Equipment, Member } from './staff.ts';

/** `away`: the connection is gone and they will be back in a moment. */
export type Whereabouts = 'home' | 'working' | 'break' | 'away';
export type Slot = 'screen' | 'phone' | 'extra' | 'odd';

export interface Person extends Member {
  whereabouts: Whereabouts;
  /** What is logged in at this moment. */
  open: Map<Slot, Equipment>;
  /** Counts screen logins and lost connections: what the agenda says about an older turn is void. */
  turn: number;
}

/** A set with a random member in constant time. */
export class Bag {
  readonly #items: Person[] = [];
  readonly #places = new Map<Person, number>();

  get size(): number {
    return this.#items.length;
  }

  add(person: Person): void {
    if (this.#places.has(person)) return;
    this.#places.set(person, this.#items.length);
    this.#items.push(person);
  }

  remove(person: Person): void {
    const place = this.#places.get(person);
    if (place === undefined) return;
    this.#places.delete(person);
    const last = this.#items.pop();
    if (last === undefined || last === person) return;
    this.#items[place] = last;
    this.#places.set(last, place);
  }

  pick(random: Random): Person | undefined {
    return this.#items[random.below(this.#items.length)];
  }
}

const bags = (): Record<Shift, Bag> => ({ early: new Bag(), day: new Bag(), late: new Bag(), night: new Bag(), always: new Bag() });

export class Roster {
  readonly people: Person[];
  /** At home, with a device still logged in. */
  readonly forgotten = new Bag();
  readonly #bags: Record<Whereabouts, Record<Shift, Bag>> = { home: bags(), working: bags(), break: bags(), away: bags() };

  constructor(staff: Member[]) {
    this.people = staff.map((member) => ({ ...member, whereabouts: 'home', open: new Map(), turn: 0 }));
    for (const person of this.people) this.#bags[person.whereabouts][person.shift].add(person);
  }

  move(person: Person, to: Whereabouts): void {
    this.#bags[person.whereabouts][person.shift].remove(person);
    person.whereabouts = to;
    this.#bags[to][person.shift].add(person);
    if (to === 'home' && person.open.size > 0) this.forgotten.add(person);
    else this.forgotten.remove(person);
  }

  size(whereabouts: Whereabouts, shift?: Shift): number {
    if (shift) return this.#bags[whereabouts][shift].size;
    return SHIFTS.reduce((sum, each) => sum + this.#bags[whereabouts][each].size, 0);
  }

  pick(whereabouts: Whereabouts, random: Random, shift?: Shift): Person | undefined {
    if (shift) return this.#bags[whereabouts][shift].pick(random);
    let left = random.below(this.size(whereabouts));
    for (const each of SHIFTS) {
      const bag = this.#bags[whereabouts][each];
      if (left < bag.size) return bag.pick(random);
      left -= bag.size;
    }
    return undefined;
  }
}
