/** What the live view needs of the world, no more: the real socket, clock and pipeline fit, and so do thirty-line fakes. */
import type { LiveAlert } from '../../shared/live-protocol.ts';
import type { Instant } from '../../shared/time.ts';
import type { UsageView } from '../../shared/views.ts';

export interface LiveSocket {
  /** Bytes handed over and not yet taken by the operating system. */
  readonly bufferedAmount: number;
  /** One text frame. `sent` is called once it has left, or never will. */
  send(frame: Buffer, sent: () => void): void;
  /** Says goodbye and waits for the other side. */
  close(code: number, reason: string): void;
  /** Drops the connection and what is buffered, at once. */
  terminate(): void;
}

export interface LiveClock {
  now(): Instant;
  after(milliseconds: number, run: () => void): () => void;
  every(milliseconds: number, run: () => void): () => void;
}

/** Committed state. */
export interface LiveSource {
  readonly epoch: string;
  seq(): number;
  /** `undefined` for an organisation that does not exist. */
  usage(organisation: string): UsageView | undefined;
  alerts(organisation: string): LiveAlert[];
  /** Why nothing can be recorded at present; empty while everything is. */
  notRecording(): readonly string[];
}

export interface LiveLimits {
  /** Bytes waiting above which a socket is skipped until it has drained. */
  softBytes: number;
  /** Bytes waiting above which it is cut off. */
  hardBytes: number;
  /** Milliseconds without draining after which it is cut off. */
  stuckMs: number;
  subscriptions: number;
}
