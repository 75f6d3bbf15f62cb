/** Who holds one licence type, some sessions left out: writes down who comes and goes, and keeps the peaks. */
import type { Instant } from '../../shared/time.ts';
import type { LineMark } from './level-line.ts';
import type { PoolTape } from './pool-tape.ts';

export interface CrowdRules {
  /** Sessions end after so long. */
  staleMs: number | null;
  /** Once a desktop of the user has ended, other devices count only while there is one again. */
  endWithDesktop: boolean;
}

interface Holding {
  device: string;
  desktop: boolean;
  since: Instant;
}

interface Member {
  slot: number;
  /** One or two of them: looked through faster than looked up. */
  holdings: Holding[];
}

const holdingOf = ({ holdings }: Member, device: string): Holding | undefined => {
  for (const holding of holdings) if (holding.device === device) return holding;
  return undefined;
};

export class Crowd {
  peak: LineMark = { value: 0, at: null };
  holdingsPeak = 0;
  /** Highest in use of each billing period. */
  peaks = [0];
  readonly #rules: CrowdRules;
  readonly #tape: PoolTape | undefined;
  /** By number of the user. */
  readonly #members: (Member | undefined)[] = [];
  /** By number of the user: what was left on when the last desktop ended. */
  readonly #asleep: (Holding[] | undefined)[] = [];
  #inUse = 0;
  #freeSlots: number[] = [];
  #slots = 0;
  #holdings = 0;
  #since: Instant;
  /** Sessions in the order in which they become stale. */
  #stale: { at: Instant; user: number; device: string }[] = [];
  #nextStale = 0;

  constructor(start: Instant, rules: CrowdRules, tape?: PoolTape) {
    this.#since = start;
    this.#rules = rules;
    this.#tape = tape;
  }

  /** The same crowd, to be followed on from here without changing this one. */
  copy(tape?: PoolTape): Crowd {
    const crowd = new Crowd(this.#since, this.#rules, tape);
    crowd.peak = this.peak;
    crowd.holdingsPeak = this.holdingsPeak;
    crowd.peaks = [...this.peaks];
    for (const [user, member] of this.#members.entries())
      if (member) crowd.#members[user] = { slot: member.slot, holdings: member.holdings.map((each) => ({ ...each })) };
    for (const [user, left] of this.#asleep.entries()) if (left) crowd.#asleep[user] = left.map((each) => ({ ...each }));
    crowd.#inUse = this.#inUse;
    crowd.#freeSlots = [...this.#freeSlots];
    crowd.#slots = this.#slots;
    crowd.#holdings = this.#holdings;
    crowd.#stale = this.#stale.slice(this.#nextStale);
    return crowd;
  }

  /** @param since when the session began: before the range for who was there at its start */
  come(at: Instant, since: Instant, user: number, device: string, desktop: boolean): void {
    const { staleMs } = this.#rules;
    this.#forget(user, device);
    if (staleMs !== null && since + staleMs <= at) return;
    let member = this.#members[user];
    if (!member) {
      member = { slot: this.#freeSlots.pop() ?? this.#slots++, holdings: [] };
      this.#members[user] = member;
      this.#inUse++;
      this.#tape?.come(at, member.slot, since >= at);
    }
    const known = holdingOf(member, device);
    if (known) {
      known.desktop = desktop;
      known.since = since;
    } else {
      this.#holdings++;
      member.holdings.push({ device, desktop, since });
    }
    if (staleMs !== null) this.#stale.push({ at: since + staleMs, user, device });
  }

  go(user: number, device: string): void {
    const member = this.#members[user];
    const ended = member && holdingOf(member, device);
    if (!member || !ended) {
      this.#forget(user, device);
      return;
    }
    member.holdings.splice(member.holdings.indexOf(ended), 1);
    this.#holdings--;
    if (member.holdings.length === 0) this.#leave(user, member);
  }

  /** The user's last desktop has ended, of whichever licence type. */
  desktopEnds(at: Instant, user: number): void {
    if (!this.#rules.endWithDesktop || !this.#members[user]) return;
    this.reach(at);
    this.#sleep(user);
  }

  /** The user is at a desktop again, and would have taken up the other devices that are still on. */
  desktopComes(at: Instant, user: number): void {
    const left = this.#asleep[user];
    if (!left) return;
    this.reach(at);
    this.#asleep[user] = undefined;
    for (const { device, desktop } of left) this.come(at, at, user, device, desktop);
  }

  #sleep(user: number): void {
    const member = this.#members[user];
    if (!this.#rules.endWithDesktop || !member) return;
    this.#asleep[user] = [...(this.#asleep[user] ?? []), ...member.holdings];
    this.#holdings -= member.holdings.length;
    this.#leave(user, member);
  }

  #leave(user: number, { slot }: Member): void {
    this.#members[user] = undefined;
    this.#inUse--;
    this.#freeSlots.push(slot);
    this.#tape?.leave(this.#since, slot);
  }

  #forget(user: number, device: string): void {
    const left = this.#asleep[user]?.filter((each) => each.device !== device);
    this.#asleep[user] = left && left.length > 0 ? left : undefined;
  }

  /** Nothing else happens before `at`. */
  reach(at: Instant): void {
    for (let due = this.#stale[this.#nextStale]; due && due.at <= at; due = this.#stale[++this.#nextStale]) {
      const member = this.#members[due.user];
      const known = member && holdingOf(member, due.device);
      if (!known || known.since + (this.#rules.staleMs as number) !== due.at) continue;
      this.#stand(due.at);
      this.go(due.user, due.device);
      if (known.desktop) this.#sleep(due.user);
    }
    if (this.#nextStale > 4_096) {
      this.#stale = this.#stale.slice(this.#nextStale);
      this.#nextStale = 0;
    }
    this.#stand(at);
  }

  /** A billing period begins. */
  refresh(): void {
    this.peaks.push(0);
    this.#tape?.refresh(this.#since);
  }

  #stand(until: Instant): void {
    if (until <= this.#since) return;
    this.look();
    this.#since = until;
  }

  /** The level that stands now counts, also if it has no length yet. */
  look(): void {
    const level = this.#inUse;
    if (level > this.peak.value) this.peak = { value: level, at: this.#since };
    const period = this.peaks.length - 1;
    this.peaks[period] = Math.max(this.peaks[period] as number, level);
    this.holdingsPeak = Math.max(this.holdingsPeak, this.#holdings);
  }
}
