/**
 * Tells systemd how the daemon is (`Type=notify`, `WatchdogSec=`), where it runs below one. Node opens no sockets of the kind that systemd
 * listens on; `systemd-notify`, a part of every systemd, does, so that program is run for each message.
 */
import { execFile } from 'node:child_process';
import type { Clock } from './clock.ts';
import type { Health } from './pipeline-types.ts';

/** What the state is looked at for, in milliseconds, and the longest that a message may take. */
const [LOOK_MS, MESSAGE_MS] = [1_000, 10_000];
/** systemd shows one line. */
const STATUS_LENGTH = 200;

export interface Condition {
  health: Health;
  /** When the line came to the end of a turn last, on `Clock.running`. */
  turnedAt: number;
}

export interface SystemdParts {
  env: NodeJS.ProcessEnv;
  clock: Clock;
  log: { warn(fields: object, message: string): void };
  /** Sends `NAME=value` lines. Default: by `systemd-notify`. */
  send?: (lines: string[]) => Promise<void>;
}

export interface Systemd {
  /** It listens: from now on its condition is told, and the watchdog hears of it for as long as the line turns. */
  ready(condition: () => Condition): void;
  stopping(): void;
}

const NOBODY: Systemd = { ready() {}, stopping() {} };

export function createSystemd({ env, clock, log, send = systemdNotify }: SystemdParts): Systemd {
  if (!env['NOTIFY_SOCKET']) return NOBODY;
  const beatEvery = beatEveryMs(env['WATCHDOG_USEC']);
  let waiting: string[] = [];
  let sending = false;
  let failing = false;
  let told = '';
  let stop = () => {};

  const run = async (): Promise<void> => {
    sending = true;
    while (waiting.length > 0) {
      const lines = waiting.splice(0);
      try {
        await send(lines);
        failing = false;
      } catch (error) {
        if (!failing) log.warn({ err: error }, 'systemd cannot be told how the daemon is: is systemd-notify in the PATH?');
        failing = true;
      }
    }
    sending = false;
  };
  /** One message at a time, so that what was said later arrives later. */
  const tell = (...lines: string[]): void => {
    waiting = [...waiting.filter((line) => !lines.includes(line)), ...lines];
    if (!sending) void run();
  };

  const status = ({ health }: Condition): string[] => {
    const text = statusOf(health);
    if (text === told) return [];
    told = text;
    return [`STATUS=${text}`];
  };

  return {
    ready(condition) {
      tell('READY=1', ...status(condition()));
      const stopLooking = clock.every(LOOK_MS, () => {
        const changed = status(condition());
        if (changed.length > 0) tell(...changed);
      });
      const beat = () => {
        // On a full disk the line turns too: a new process would find no more room. One that is stuck says nothing.
        if (clock.running() - condition().turnedAt <= (beatEvery ?? 0)) tell('WATCHDOG=1');
      };
      const stopBeating = beatEvery === null ? () => {} : clock.every(beatEvery, beat);
      stop = () => {
        stopLooking();
        stopBeating();
      };
    },
    stopping() {
      stop();
      tell('STOPPING=1', 'STATUS=Stopping');
    },
  };
}

/** As systemd asks for it: at half of the time after which it takes the daemon for dead. */
function beatEveryMs(microseconds: string | undefined): number | null {
  const given = Number(microseconds);
  return microseconds !== undefined && Number.isSafeInteger(given) && given > 0 ? Math.max(1, Math.floor(given / 2_000)) : null;
}

const statusOf = (health: Health): string => (health.state === 'ready' ? 'Recording' : health.reasons.join('; ').slice(0, STATUS_LENGTH));

function systemdNotify(lines: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('systemd-notify', lines, { timeout: MESSAGE_MS, killSignal: 'SIGKILL' }, (error) => (error ? reject(error) : resolve()));
  });
}
