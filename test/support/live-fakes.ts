/** A clock, a socket and a source for the live view that do only what a test says. */

import type { LiveClock, LiveSocket, LiveSource } from '../../server/live/socket.ts';
import type { LiveAlert, ServerFrame } from '../../shared/live-protocol.ts';
import type { LicenceRow, UsageView } from '../../shared/views.ts';

export class ManualClock implements LiveClock {
  #now = Date.UTC(2026, 10, 24, 12);
  #timers: { at: number; every: number | null; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    return this.#add({ at: this.#now + milliseconds, every: null, run });
  }

  every(milliseconds: number, run: () => void): () => void {
    return this.#add({ at: this.#now + milliseconds, every: milliseconds, run });
  }

  get timers(): number {
    return this.#timers.length;
  }

  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#now = Math.max(this.#now, next.at);
      if (next.every === null) this.#timers.splice(this.#timers.indexOf(next), 1);
      else next.at += next.every;
      next.run();
    }
    this.#now = end;
  }

  /** The machine's clock is corrected; timers run on as they would. */
  setBack(milliseconds: number): void {
    this.#now -= milliseconds;
    for (const timer of this.#timers) timer.at -= milliseconds;
  }

  #add(timer: { at: number; every: number | null; run: () => void }): () => void {
    this.#timers.push(timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index !== -1) this.#timers.splice(index, 1);
    };
  }
}

/** Keeps what it is sent; a paused one buffers until it is drained. */
export class FakeSocket implements LiveSocket {
  bufferedAmount = 0;
  paused = false;
  closedWith: number | null = null;
  terminated = false;
  readonly raw: Buffer[] = [];
  #unsent: (() => void)[] = [];

  send(frame: Buffer, sent: () => void): void {
    this.raw.push(frame);
    if (!this.paused) {
      sent();
      return;
    }
    this.bufferedAmount += frame.length;
    this.#unsent.push(sent);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  terminate(): void {
    this.terminated = true;
  }

  /** Reads everything that waited, and goes on reading unless told otherwise. */
  drain(paused = false): void {
    this.bufferedAmount = 0;
    this.paused = paused;
    for (const sent of this.#unsent.splice(0)) sent();
  }

  /** Frames since the last call, beats aside unless asked for. */
  take(withBeats = false): ServerFrame[] {
    const frames = this.raw.splice(0).map((frame) => JSON.parse(frame.toString()) as ServerFrame);
    return withBeats ? frames : frames.filter((frame) => frame.type !== 'beat');
  }
}

/** Committed state of some organisations: what each licence type has in use. */
export class FakeSource implements LiveSource {
  readonly epoch = 'e1';
  #seq = 0;
  readonly #rows = new Map<string, Map<string, number>>();
  completeness: UsageView['completeness'] = 'live';
  reasons: string[] = [];
  /** Characters added to every row, to make frames large. */
  padding = '';

  seq(): number {
    return this.#seq;
  }

  notRecording(): string[] {
    return this.reasons;
  }

  alerting: LiveAlert[] = [];

  alerts(): LiveAlert[] {
    return this.alerting;
  }

  set(organisation: string, licenceType: string, inUse: number): Map<string, Set<string>> {
    this.#seq += 1;
    this.create(organisation).set(licenceType, inUse);
    return new Map([[organisation, new Set([licenceType])]]);
  }

  create(organisation: string): Map<string, number> {
    const rows = this.#rows.get(organisation) ?? new Map<string, number>();
    this.#rows.set(organisation, rows);
    return rows;
  }

  usage(organisation: string): UsageView | undefined {
    const rows = this.#rows.get(organisation);
    if (!rows) return undefined;
    const licences = [...rows].map(([licenceType, inUse]) => this.#row(licenceType, inUse));
    const { epoch, completeness } = this;
    return {
      organisation,
      epoch,
      seq: this.#seq,
      asOf: '',
      completeness,
      lastEventAt: null,
      users: 0,
      sessions: 0,
      anomalies: 0,
      recomputingFrom: null,
      licences,
    };
  }

  #row(licenceType: string, inUse: number): LicenceRow {
    return {
      licenceType,
      inUse,
      holdings: inUse,
      concurrent: { total: null, used: inUse, available: null },
      contingency: { total: null, used: 0, available: null, maxUsed: 0, maxUsedAt: null },
      overLimit: 0,
      peak: { day: { value: inUse, at: this.padding }, billingPeriod: { value: inUse, at: null } },
    };
  }
}
