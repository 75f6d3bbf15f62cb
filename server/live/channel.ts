import { DELTA_INTERVAL_MS, type DeltaFrame, type LiveAlert } from '../../shared/live-protocol.ts';
import { formatInstant } from '../../shared/time.ts';
import type { LicenceRow, UsageView } from '../../shared/views.ts';
import type { LiveConnection } from './connection.ts';
import { encodeFrame } from './frames.ts';
import type { LiveClock, LiveSource } from './socket.ts';

/** What the displays show: the `seq` of the last frame, and each row as it was sent. */
interface Shown {
  seq: number;
  rows: Map<string, string>;
  alerts: Map<string, string>;
  figures: string;
}

/**
 * One organisation's displays. Every frame is encoded once and shared by all, so all of them must stand at the same `seq`:
 * a snapshot carries the `seq` of the last delta, and while a delta is due, who asks for a snapshot gets it right after that delta.
 */
export class LiveChannel {
  readonly #organisation: string;
  readonly #source: LiveSource;
  readonly #clock: LiveClock;
  /** In step: the next delta is theirs. */
  readonly #inStep = new Set<LiveConnection>();
  /** To get a snapshot with the next delta, or once the organisation exists. */
  readonly #waiting = new Set<LiveConnection>();
  /** Absent until the organisation exists. */
  #shown: Shown | null = null;
  #cancelDue: (() => void) | null = null;
  #changed = new Set<string>();
  #everything = false;
  #committed = false;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(organisation: string, source: LiveSource, clock: LiveClock) {
    this.#organisation = organisation;
    this.#source = source;
    this.#clock = clock;
  }

  get empty(): boolean {
    return this.#inStep.size === 0 && this.#waiting.size === 0;
  }

  /** A snapshot now or with the delta that is due, then every delta. Joining again gives a fresh snapshot. @returns whether the organisation exists */
  join(connection: LiveConnection): boolean {
    this.#inStep.delete(connection);
    const usage = this.#cancelDue === null ? this.#source.usage(this.#organisation) : undefined;
    if (usage === undefined) {
      this.#waiting.add(connection);
      return this.#shown !== null || this.#source.usage(this.#organisation) !== undefined;
    }
    this.#shown ??= this.#look(usage);
    this.#greet(connection, usage);
    return true;
  }

  leave(connection: LiveConnection): void {
    this.#inStep.delete(connection);
    this.#waiting.delete(connection);
    if (this.empty) this.stop();
  }

  /** A commit touched the organisation: a delta is due, at once or when the last one is old enough. */
  touch(licenceTypes: ReadonlySet<string>): void {
    for (const licenceType of licenceTypes) this.#changed.add(licenceType);
    this.#committed = true;
    this.#due();
  }

  /** Looks for what changes by time alone: a silent feed, a new day. */
  refresh(): void {
    this.#everything = true;
    this.#due();
  }

  stop(): void {
    this.#cancelDue?.();
    this.#cancelDue = null;
  }

  #due(): void {
    if (this.#cancelDue !== null || this.empty) return;
    // Bounded on both sides, so that a clock that is set back delays nothing.
    const wait = Math.min(DELTA_INTERVAL_MS, Math.max(0, this.#lastAt + DELTA_INTERVAL_MS - this.#clock.now()));
    this.#cancelDue = this.#clock.after(wait, () => this.#publish());
  }

  /** One synchronous step: the delta to those in step, then a snapshot of the same state to those who wait. */
  #publish(): void {
    this.#cancelDue = null;
    const usage = this.#source.usage(this.#organisation);
    if (usage === undefined) return;
    if (this.#shown === null) this.#shown = this.#look(usage);
    else this.#sendDelta(this.#shown, usage);
    this.#changed = new Set();
    this.#everything = false;
    this.#committed = false;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const connection of waiting) this.#greet(connection, usage);
  }

  #sendDelta(shown: Shown, usage: UsageView): void {
    const licences = differing(
      usage.licences.filter((row) => this.#everything || this.#changed.has(row.licenceType)),
      shown.rows,
      (row: LicenceRow) => row.licenceType,
    );
    const live = this.#source.alerts(this.#organisation);
    const alerts = differing(live, shown.alerts, (alert: LiveAlert) => alert.id);
    forgetOthers(shown.alerts, live);
    const figures = figuresOf(usage);
    const seq = this.#source.seq();
    const moved = this.#committed && seq !== shown.seq;
    if (licences.length === 0 && alerts.length === 0 && figures === shown.figures && !moved) return;
    const now = this.#clock.now();
    const frame: DeltaFrame = {
      type: 'delta',
      organisation: this.#organisation,
      seq,
      previous: shown.seq,
      licences,
      users: usage.users,
      sessions: usage.sessions,
      anomalies: usage.anomalies,
      completeness: usage.completeness,
      lastEventAt: usage.lastEventAt,
      ...(alerts.length > 0 && { alerts }),
      asOf: formatInstant(now),
    };
    shown.seq = seq;
    shown.figures = figures;
    this.#lastAt = now;
    const encoded = encodeFrame(frame);
    for (const connection of this.#inStep) connection.delta(this.#organisation, encoded);
  }

  #greet(connection: LiveConnection, usage: UsageView): void {
    const seq = this.#shown?.seq ?? usage.seq;
    const alerts = this.#source.alerts(this.#organisation);
    this.#waiting.delete(connection);
    this.#inStep.add(connection);
    connection.snapshot(
      this.#organisation,
      encodeFrame({ type: 'snapshot', organisation: this.#organisation, seq, usage: { ...usage, seq }, alerts }),
    );
  }

  #look(usage: UsageView): Shown {
    const rows = new Map(usage.licences.map((row) => [row.licenceType, JSON.stringify(row)]));
    const alerts = new Map(this.#source.alerts(this.#organisation).map((alert) => [alert.id, JSON.stringify(alert)]));
    return { seq: this.#source.seq(), rows, alerts, figures: figuresOf(usage) };
  }
}

const figuresOf = ({ users, sessions, anomalies, completeness }: UsageView): string => `${users} ${sessions} ${anomalies} ${completeness}`;

/** Each course of an alert has an id of its own: those that are listed no more are gone for good. */
function forgetOthers(seen: Map<string, string>, live: readonly LiveAlert[]): void {
  if (seen.size === live.length) return;
  const listed = new Set(live.map(({ id }) => id));
  for (const id of seen.keys()) if (!listed.has(id)) seen.delete(id);
}

/** The items that look otherwise than they did, remembered as they look now. */
function differing<T>(items: T[], seen: Map<string, string>, key: (item: T) => string): T[] {
  return items.filter((item) => {
    const text = JSON.stringify(item);
    if (seen.get(key(item)) === text) return false;
    seen.set(key(item), text);
    return true;
  });
}
