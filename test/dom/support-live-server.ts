/** A daemon's live view without a daemon: speaks the protocol over sockets that a test can cut, delay and lose. */
import type { LiveSocket, SocketListeners } from '../../dashboard/client/live-client.ts';
import { BEAT_INTERVAL_MS, type ClientFrame, type NotRecording, type ServerFrame } from '../../shared/live-protocol.ts';
import { formatInstant } from '../../shared/time.ts';
import type { LicenceRow, UsageView } from '../../shared/views.ts';
import type { ManualLocalClock } from './support-local-clock.ts';

const LATENCY_MS = 20;

export function licenceRow(licenceType: string, inUse: number, more: Partial<LicenceRow> = {}): LicenceRow {
  return {
    licenceType,
    inUse,
    holdings: inUse,
    concurrent: { total: null, used: inUse, available: null },
    contingency: { total: null, used: 0, available: null, maxUsed: 0, maxUsedAt: null },
    overLimit: 0,
    peak: { day: { value: inUse, at: null }, billingPeriod: { value: inUse, at: null } },
    ...more,
  };
}

interface Connection {
  listeners: SocketListeners;
  subscribed: Set<string>;
  /** The server believes in it. */
  open: boolean;
}

export interface FakeLiveServer {
  connect(listeners: SocketListeners): LiveSocket;
  /** One commit: a type's number becomes another one. The delta follows, but for `lost` connections. */
  change(organisation: string, licenceType: string, inUse: number, lost?: boolean): void;
  /** Closes every socket; the state stays. */
  closeAll(): void;
  /** The cable is pulled: nothing goes through, and nobody is told. New connections fail. */
  pullCable(): void;
  plugIn(): void;
  /** Nothing can be recorded; `null`: there is room again. */
  fillDisk(reason: string | null): void;
  /** Another life of the store: all numbers are gone. */
  restart(): void;
  usage(organisation: string): UsageView;
  /** Sockets that the server has open. */
  connections(): number;
  subscriptions(): number;
}

export function createFakeLiveServer(clock: ManualLocalClock): FakeLiveServer {
  let connections: Connection[] = [];
  let epoch = 1;
  let seq = 0;
  let cable = true;
  let subscriptions = 0;
  let trouble: { notRecording?: NotRecording } = {};
  let rows = new Map<string, Map<string, LicenceRow>>();
  const shown = new Map<string, number>();

  const rowsOf = (organisation: string) => {
    const known = rows.get(organisation) ?? new Map<string, LicenceRow>();
    rows.set(organisation, known);
    return known;
  };
  const usage = (organisation: string): UsageView => ({
    organisation,
    epoch: `epoch-${epoch}`,
    seq: shown.get(organisation) ?? seq,
    asOf: formatInstant(clock.now()),
    completeness: 'live',
    lastEventAt: null,
    recomputingFrom: null,
    users: seq,
    sessions: seq,
    anomalies: 0,
    licences: [...rowsOf(organisation).values()],
  });
  // What is under way when a socket closes still arrives: at an orphan.
  const send = (to: Connection, frame: ServerFrame) => {
    const text = JSON.stringify(frame);
    if (cable) clock.after(LATENCY_MS, () => to.listeners.onText(text));
  };
  const beat = () => {
    const now = formatInstant(clock.now());
    for (const one of connections) send(one, { type: 'beat', now, seq, asOf: now, ...trouble });
    clock.after(BEAT_INTERVAL_MS, beat);
  };
  clock.after(BEAT_INTERVAL_MS, beat);

  function receive(from: Connection, frame: ClientFrame): void {
    if (!from.open) return;
    if (frame.type === 'unsubscribe') {
      if (frame.organisation !== undefined) from.subscribed.delete(frame.organisation);
      return;
    }
    subscriptions += 1;
    from.subscribed.add(frame.organisation);
    const view = usage(frame.organisation);
    shown.set(frame.organisation, view.seq);
    send(from, { type: 'snapshot', organisation: frame.organisation, seq: view.seq, usage: view, alerts: [] });
  }

  function closeAll(): void {
    const closing = connections;
    connections = [];
    for (const one of closing) {
      one.open = false;
      clock.after(LATENCY_MS, () => one.listeners.onLost());
    }
  }

  return {
    connect(listeners) {
      const one: Connection = { listeners, subscribed: new Set(), open: false };
      clock.after(LATENCY_MS, () => {
        if (!cable) return listeners.onLost();
        one.open = true;
        connections.push(one);
        listeners.onOpen();
        send(one, {
          type: 'hello',
          protocol: 1,
          epoch: `epoch-${epoch}`,
          seq,
          buildId: 'build',
          now: formatInstant(clock.now()),
          ...trouble,
        });
      });
      return {
        send(text) {
          if (cable) clock.after(LATENCY_MS, () => receive(one, JSON.parse(text) as ClientFrame));
        },
        close() {
          one.open = false;
          connections = connections.filter((other) => other !== one);
        },
      };
    },
    change(organisation, licenceType, inUse, lost = false) {
      const previous = shown.get(organisation) ?? seq;
      seq += 1;
      shown.set(organisation, seq);
      const row = licenceRow(licenceType, inUse);
      rowsOf(organisation).set(licenceType, row);
      const { users, sessions, anomalies, completeness, lastEventAt, asOf } = usage(organisation);
      const figures = { users, sessions, anomalies, completeness, lastEventAt };
      if (lost) return;
      for (const one of connections.filter((other) => other.subscribed.has(organisation))) {
        send(one, { type: 'delta', organisation, seq, previous, licences: [row], ...figures, asOf });
      }
    },
    closeAll,
    pullCable() {
      cable = false;
    },
    plugIn() {
      // A connection that lost frames in between is dead to both sides.
      if (!cable) for (const one of connections) one.open = false;
      if (!cable) connections = [];
      cable = true;
    },
    fillDisk(reason) {
      trouble = reason === null ? {} : { notRecording: { since: formatInstant(clock.now()), reasons: [reason] } };
    },
    restart() {
      closeAll();
      epoch += 1;
      seq = 0;
      rows = new Map();
      shown.clear();
    },
    usage,
    connections: () => connections.length,
    subscriptions: () => subscriptions,
  };
}
