import { BEAT_INTERVAL_MS, LIVE_PROTOCOL, type NotRecording } from '../../shared/live-protocol.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import { LiveChannel } from './channel.ts';
import { LiveConnection } from './connection.ts';
import { encodeFrame, parseClientFrame } from './frames.ts';
import type { LiveClock, LiveLimits, LiveSocket, LiveSource } from './socket.ts';

const GOING_AWAY = 1001;
/** Milliseconds that a display gets to answer our goodbye. */
const GOODBYE_MS = 3_000;

/** What a socket's owner tells about it. */
export interface LivePeer {
  /** A text frame; `null` for a binary one, which nobody speaks here. */
  receive(text: string | null): void;
  closed(): void;
}

/** Which displays watch which organisations. Told of commits, it sends each organisation's changes to all who watch it. */
export class LiveHub {
  readonly #source: LiveSource;
  readonly #clock: LiveClock;
  readonly #limits: LiveLimits;
  readonly #buildId: string;
  readonly #channels = new Map<string, LiveChannel>();
  /** Every connection with the organisations that it asked for. */
  readonly #connections = new Map<LiveConnection, Set<string>>();
  readonly #stopBeat: () => void;
  #allGone: (() => void) | null = null;
  #troubleSince: Instant | null = null;

  constructor(source: LiveSource, clock: LiveClock, { limits, buildId }: { limits: LiveLimits; buildId: string }) {
    this.#source = source;
    this.#clock = clock;
    this.#limits = limits;
    this.#buildId = buildId;
    this.#stopBeat = clock.every(BEAT_INTERVAL_MS, () => this.#beat());
  }

  get clients(): number {
    return this.#connections.size;
  }

  /** Takes a socket whose handshake is done and says hello. */
  open(socket: LiveSocket): LivePeer {
    const connection = new LiveConnection(socket, this.#clock, this.#limits, (one, organisation) => this.#join(one, organisation));
    this.#connections.set(connection, new Set());
    const hello = {
      type: 'hello',
      protocol: LIVE_PROTOCOL,
      epoch: this.#source.epoch,
      seq: this.#source.seq(),
      buildId: this.#buildId,
      now: formatInstant(this.#clock.now()),
      ...this.#trouble(),
    } as const;
    connection.notice(encodeFrame(hello));
    return {
      receive: (text) => this.#receive(connection, text),
      closed: () => this.#drop(connection),
    };
  }

  /** Organisation to the licence types whose row a commit changed. */
  commit(changed: ReadonlyMap<string, ReadonlySet<string>>): void {
    for (const [organisation, licenceTypes] of changed) this.#channels.get(organisation)?.touch(licenceTypes);
  }

  /** Says goodbye to everybody and cuts off who does not answer within three seconds. */
  async close(): Promise<void> {
    this.#stopBeat();
    for (const channel of this.#channels.values()) channel.stop();
    this.#channels.clear();
    if (this.#connections.size === 0) return;
    const gone = new Promise<void>((resolve) => {
      this.#allGone = resolve;
    });
    for (const connection of this.#connections.keys()) connection.close(GOING_AWAY, 'the daemon is stopping');
    const cancel = this.#clock.after(GOODBYE_MS, () => {
      for (const connection of this.#connections.keys()) connection.terminate();
      this.#allGone?.();
    });
    await gone;
    cancel();
  }

  #receive(connection: LiveConnection, text: string | null): void {
    const organisations = this.#connections.get(connection);
    if (!organisations) return;
    const frame = text === null ? { problem: 'A frame must be text.' } : parseClientFrame(text);
    if ('problem' in frame) {
      connection.rubbish(encodeFrame({ type: 'error', code: 'bad_frame', message: frame.problem }));
    } else if (frame.type === 'subscribe') {
      this.#subscribe(connection, organisations, frame.organisation);
    } else {
      const left = frame.organisation === undefined ? [...organisations] : [frame.organisation];
      for (const organisation of left) this.#leave(connection, organisations, organisation);
    }
  }

  #subscribe(connection: LiveConnection, organisations: Set<string>, organisation: string): void {
    if (!organisations.has(organisation) && organisations.size >= this.#limits.subscriptions) {
      const message = `One connection watches at most ${this.#limits.subscriptions} organisations.`;
      connection.notice(encodeFrame({ type: 'error', code: 'too_many_subscriptions', message }));
      return;
    }
    organisations.add(organisation);
    if (this.#join(connection, organisation)) return;
    const message = `There is no organisation ${JSON.stringify(organisation)} yet; its snapshot follows once there is.`;
    connection.notice(encodeFrame({ type: 'error', code: 'unknown_organisation', message }));
  }

  #join(connection: LiveConnection, organisation: string): boolean {
    let channel = this.#channels.get(organisation);
    if (!channel) {
      channel = new LiveChannel(organisation, this.#source, this.#clock);
      this.#channels.set(organisation, channel);
    }
    return channel.join(connection);
  }

  #leave(connection: LiveConnection, organisations: Set<string>, organisation: string): void {
    organisations.delete(organisation);
    connection.forget(organisation);
    const channel = this.#channels.get(organisation);
    channel?.leave(connection);
    if (channel?.empty) this.#channels.delete(organisation);
  }

  #drop(connection: LiveConnection): void {
    const organisations = this.#connections.get(connection);
    if (!organisations) return;
    connection.closed();
    for (const organisation of [...organisations]) this.#leave(connection, organisations, organisation);
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#allGone?.();
  }

  /** Numbers that stand still because nothing is taken must not look like a quiet night. */
  #trouble(): { notRecording?: NotRecording } {
    const reasons = this.#source.notRecording();
    this.#troubleSince = reasons.length > 0 ? (this.#troubleSince ?? this.#clock.now()) : null;
    return this.#troubleSince === null ? {} : { notRecording: { since: formatInstant(this.#troubleSince), reasons } };
  }

  #beat(): void {
    for (const channel of this.#channels.values()) channel.refresh();
    const now = formatInstant(this.#clock.now());
    const frame = encodeFrame({ type: 'beat', now, seq: this.#source.seq(), asOf: now, ...this.#trouble() });
    for (const connection of this.#connections.keys()) connection.notice(frame);
  }
}
