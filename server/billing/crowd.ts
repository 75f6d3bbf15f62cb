/** Who holds one licence type, some sessions left out: moves the pools that are played, and keeps the peaks. */
import type { Instant } from '../../shared/time.ts';
import type { LineMark } from './level-line.ts';
import type { PoolReplay } from './pool-replay.ts';

export interface CrowdRules {
  /** Sessions end after so long. */
  staleMs: number | null;
  /** With the desktop everything of the user ends. */
  endWithDesktop: boolean;
}

/** Desktop or not, by device. */
interface Member {
  slot: number;
  devices: Map<string, { desktop: boolean; since: Instant }>;
}

export class Crowd {
  peak: LineMark = { value: 0, at: null };
  holdingsPeak = 0;
  /** Highest in use of each billing period. */
  readonly peaks = [0];
  readonly #rules: CrowdRules;
  readonly #replays: readonly PoolReplay[];
  /** In order of acquisition. */
  readonly #members = new Map<string, Member>();
  readonly #freeSlots: number[] = [];
  #slots = 0;
  #holdings = 0;
  #since: Instant;
  /** Sessions in the order in which they become stale. */
  #stale: { at: Instant; user: string; device: string }[] = [];
  #nextStale = 0;

  constructor(start: Instant, rules: CrowdRules, replays: readonly PoolReplay[] = []) {
    this.#since = start;
    this.#rules = rules;
    this.#replays = replays;
  }

  /** @param since when the session began: before the range for who was there at its start */
  come(at: Instant, since: Instant, user: string, device: string, desktop: boolean): void {
    const { staleMs } = this.#rules;
    if (staleMs !== null && since + staleMs <= at) return;
    let member = this.#members.get(user);
    if (!member) {
      member = { slot: this.#freeSlots.pop() ?? this.#slots++, devices: new Map() };
      this.#members.set(user, member);
      for (const replay of this.#replays) replay.come(member.slot, since >= at);
    }
    if (!member.devices.has(device)) this.#holdings++;
    member.devices.set(device, { desktop, since });
    if (staleMs !== null) this.#stale.push({ at: since + staleMs, user, device });
  }

  /** @param again the same device is there again at once */
  go(user: string, device: string, again = false): void {
    const member = this.#members.get(user);
    const ended = member?.devices.get(device);
    if (!member || !ended) return;
    member.devices.delete(device);
    this.#holdings--;
    if (ended.desktop && !again && this.#rules.endWithDesktop) {
      this.#holdings -= member.devices.size;
      member.devices.clear();
    }
    if (member.devices.size > 0) return;
    this.#members.delete(user);
    this.#freeSlots.push(member.slot);
    for (const replay of this.#replays) replay.leave(member.slot);
  }

  /** Nothing else happens before `at`. */
  reach(at: Instant): void {
    for (let due = this.#stale[this.#nextStale]; due && due.at <= at; due = this.#stale[++this.#nextStale]) {
      const known = this.#members.get(due.user)?.devices.get(due.device);
      if (!known || known.since + (this.#rules.staleMs as number) !== due.at) continue;
      this.#stand(due.at);
      this.go(due.user, due.device);
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
    const slots = [...this.#members.values()].map(({ slot }) => slot);
    for (const replay of this.#replays) replay.refresh(slots);
  }

  #stand(until: Instant): void {
    if (until <= this.#since) return;
    this.look();
    for (const replay of this.#replays) replay.stand(until - this.#since);
    this.#since = until;
  }

  /** The level that stands now counts, also if it has no length yet. */
  look(): void {
    const level = this.#members.size;
    if (level > this.peak.value) this.peak = { value: level, at: this.#since };
    const period = this.peaks.length - 1;
    this.peaks[period] = Math.max(this.peaks[period] as number, level);
    this.holdingsPeak = Math.max(this.holdingsPeak, this.#holdings);
  }
}
