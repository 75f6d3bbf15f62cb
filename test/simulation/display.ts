/** A display that believes only what the protocol promises: it stalls, drains, goes away and comes back. */
import type { LiveAlert, ServerFrame } from '../../shared/live-protocol.ts';
import type { LicenceRow } from '../../shared/views.ts';
import type { World } from './world.ts';

export interface Shown {
  seq: number;
  rows: Map<string, LicenceRow>;
  alerts: Map<string, LiveAlert>;
  users: number;
  sessions: number;
  anomalies: number;
}

export interface Display {
  readonly organisation: string;
  /** Null until a snapshot came over the connection that is open now. */
  readonly shown: Shown | null;
  readonly frames: number;
}

export function createDisplay(world: World, organisation: string): Display {
  const { clock, random } = world;
  const display = { organisation, shown: null as Shown | null, frames: 0 };

  const apply = (frame: ServerFrame): void => {
    display.frames++;
    if ('seq' in frame && frame.seq > world.disk.committedSeq()) {
      world.fail(`a display saw seq ${frame.seq} of a ${frame.type}; ${world.disk.committedSeq()} is on disk`);
    }
    if (frame.type === 'snapshot') {
      const { seq, usage, alerts } = frame;
      display.shown = {
        seq,
        rows: new Map(usage.licences.map((row) => [row.licenceType, row])),
        alerts: new Map(alerts.map((alert) => [alert.id, alert])),
        users: usage.users,
        sessions: usage.sessions,
        anomalies: usage.anomalies,
      };
    } else if (frame.type === 'delta') {
      const { shown } = display;
      if (!shown) {
        world.fail('a delta before the snapshot');
        return;
      }
      if (frame.previous !== shown.seq) world.fail(`a delta follows ${frame.previous}; the display stands at ${shown.seq}`);
      for (const row of frame.licences) shown.rows.set(row.licenceType, row);
      for (const alert of frame.alerts ?? []) shown.alerts.set(alert.id, alert);
      const { seq, users, sessions, anomalies } = frame;
      Object.assign(shown, { seq, users, sessions, anomalies });
    }
    if (frame.type !== 'beat') world.tell(`display ${organisation}: ${frame.type} ${'seq' in frame ? frame.seq : frame.code}`);
  };

  const connect = (): void => {
    display.shown = null;
    const line = world.network.webSocket('/api/v1/live');
    const again = () => void clock.after(100 + random.below(world.calm ? 900 : 30_000), connect);
    if (!line) {
      again();
      return;
    }
    const { socket, stall, resume } = line;
    let gone = false;
    socket.on('message', (data) => apply(JSON.parse(String(data)) as ServerFrame));
    socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', organisation })));
    socket.on('close', () => {
      gone = true;
      display.shown = null;
      again();
    });
    const misbehave = (): void => {
      clock.after(60_000 + random.below(5_400_000), () => {
        if (gone) return;
        if (!world.calm) {
          if (random.chance(0.4)) socket.terminate();
          else {
            stall();
            clock.after(random.below(40_000), resume);
          }
        }
        misbehave();
      });
    };
    misbehave();
  };
  connect();
  return display;
}
