import type { LiveClock, LiveLimits, LiveSocket } from './socket.ts';

/** So many frames of rubbish are answered; the next one ends the connection. */
const RUBBISH_ALLOWED = 3;
const POLICY_VIOLATION = 1008;

/**
 * All sending of one socket. State is sent, not a log: a socket that cannot keep up is skipped, owes nothing but one
 * snapshot for each organisation it missed, and gets those when it has drained. Nothing is ever queued for it.
 */
export class LiveConnection {
  readonly #socket: LiveSocket;
  readonly #clock: LiveClock;
  readonly #limits: LiveLimits;
  readonly #resync: (connection: LiveConnection, organisation: string) => void;
  /** Organisations of which it missed a frame; only while it is congested. */
  readonly #missed = new Set<string>();
  #cancelStuck: (() => void) | null = null;
  #rubbish = 0;
  #open = true;

  /** @param resync called once it has drained, for each organisation of which it missed a frame */
  constructor(
    socket: LiveSocket,
    clock: LiveClock,
    limits: LiveLimits,
    resync: (connection: LiveConnection, organisation: string) => void,
  ) {
    this.#socket = socket;
    this.#clock = clock;
    this.#limits = limits;
    this.#resync = resync;
  }

  /** More waits for it than it may have waiting. */
  get congested(): boolean {
    return this.#cancelStuck !== null;
  }

  /** A frame that only makes sense after the one before it. Whoever missed one is congested until it gets a snapshot. */
  delta(organisation: string, frame: Buffer): void {
    if (this.congested) this.#missed.add(organisation);
    else this.#write(frame);
  }

  /** A frame that stands for itself; put off until it has drained where it cannot be sent now. */
  snapshot(organisation: string, frame: Buffer): void {
    if (this.congested) {
      this.#missed.add(organisation);
      return;
    }
    this.#missed.delete(organisation);
    this.#write(frame);
  }

  /** A frame that may be left out: `hello`, `beat`, `error`. */
  notice(frame: Buffer): void {
    if (!this.congested) this.#write(frame);
  }

  forget(organisation: string): void {
    this.#missed.delete(organisation);
  }

  /** A frame that could not be understood; the fourth ends the connection. */
  rubbish(answer: Buffer): void {
    this.#rubbish += 1;
    if (this.#rubbish > RUBBISH_ALLOWED) this.close(POLICY_VIOLATION, 'too many frames that are none');
    else this.notice(answer);
  }

  close(code: number, reason: string): void {
    if (!this.#open) return;
    this.closed();
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.closed();
    this.#socket.terminate();
  }

  /** The socket is gone: send nothing more and stop the timer. */
  closed(): void {
    this.#open = false;
    this.#missed.clear();
    this.#calm();
  }

  #write(frame: Buffer): void {
    if (!this.#open) return;
    this.#socket.send(frame, () => this.#sent());
    const waiting = this.#socket.bufferedAmount;
    if (waiting > this.#limits.hardBytes) this.terminate();
    else if (waiting > this.#limits.softBytes && !this.congested) {
      this.#cancelStuck = this.#clock.after(this.#limits.stuckMs, () => this.terminate());
    }
  }

  #sent(): void {
    if (!this.#open || !this.congested || this.#socket.bufferedAmount > 0) return;
    this.#calm();
    const missed = [...this.#missed];
    this.#missed.clear();
    for (const organisation of missed) {
      // The snapshots of many organisations can fill it again: the rest waits for the next time.
      if (this.congested) this.#missed.add(organisation);
      else this.#resync(this, organisation);
    }
  }

  #calm(): void {
    this.#cancelStuck?.();
    this.#cancelStuck = null;
  }
}
