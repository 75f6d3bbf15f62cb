/** A beat to somebody outside, so that it is noticed when Highwater itself is gone: sent only while it really records. */
import { formatInstant, type Instant } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import { judge, reasonOf } from './post.ts';
import type { Sender } from './send.ts';
import type { WorkerLog } from './worker.ts';

/** A daemon at rest commits every ten seconds; who has not for so long is stuck, whatever it says of itself. */
const STUCK_MS = 30_000;

export interface WatchdogSettings {
  url: string;
  everySeconds: number;
  method: 'GET' | 'POST';
}

export interface WatchdogParts {
  settings: WatchdogSettings;
  clock: Clock;
  sender: Pick<Sender, 'send'>;
  /** Why nothing is recorded at the moment; empty: it is. */
  reasons: () => readonly string[];
  count: (outcome: 'sent' | 'failed' | 'withheld') => void;
  log: WorkerLog;
}

export interface Watchdog {
  /** Something was written and is on disk. The first one brings the first beat. */
  committed(seq: number): void;
  close(): void;
}

export function startWatchdog({ settings, clock, sender, reasons, count, log }: WatchdogParts): Watchdog {
  let last: { at: Instant; seq: number } | null = null;
  let underWay = false;
  let trouble: string | null = null;

  const stuck = (): string | null => {
    const [reason] = reasons();
    if (reason !== undefined) return reason;
    return last !== null && clock.now() - last.at <= STUCK_MS ? null : 'nothing was written lately';
  };

  /** Says only that it begins or ends. */
  const note = (problem: string | null, message: string): void => {
    if (problem !== null && trouble === null) log.warn({ problem }, message);
    if (problem === null && trouble !== null) log.warn({}, 'the watchdog beats again');
    trouble = problem;
  };

  const send = async (seq: number): Promise<string | null> => {
    const { url, method } = settings;
    const now = clock.now();
    const body = method === 'GET' ? '' : JSON.stringify({ state: 'ready', seq, at: formatInstant(now) });
    const headers = { 'user-agent': 'Highwater', ...(method === 'POST' && { 'content-type': 'application/json' }) };
    try {
      const outcome = judge(await sender.send({ kind: 'http', method, url, headers, body }), clock);
      return outcome.kind === 'delivered' ? null : (outcome.attempt.error ?? 'failed');
    } catch (error) {
      return reasonOf(error);
    }
  };

  const beat = (): void => {
    if (underWay) return;
    underWay = true;
    void beatOnce()
      .catch((error) => log.error({ err: error }, 'something beside the line failed'))
      .finally(() => {
        underWay = false;
      });
  };
  const beatOnce = async (): Promise<void> => {
    const why = stuck();
    if (why !== null) {
      count('withheld');
      note(why, 'the watchdog is silent: nothing is recorded');
      return;
    }
    const problem = await send(last?.seq ?? 0);
    count(problem === null ? 'sent' : 'failed');
    note(problem, 'the watchdog cannot be reached');
  };

  const stop = clock.every(settings.everySeconds * 1000, beat);
  return {
    committed(seq) {
      const first = last === null;
      last = { at: clock.now(), seq };
      if (first) beat();
    },
    close: stop,
  };
}
