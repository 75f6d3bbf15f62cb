/** `verify` of a running daemon, one at a time, in a process of its own. */
import type { VerifyResult, VerifyView } from '../../shared/backups.ts';
import { formatInstant } from '../../shared/time.ts';
import type { Clock } from '../clock.ts';
import type { Helper } from './helper-tasks.ts';

/** Differences that are listed. */
const LISTED = 100;
const NOTHING = { organisations: 0, entries: 0, records: 0, count: 0, differences: [] };

export interface Verifier {
  /** Begins, unless one is under way. */
  start(): void;
  view(): VerifyView;
  /** Sentences for whoever watches over the daemon. */
  notes(): string[];
}

export interface VerifierOptions {
  dataDir: string;
  minFreeBytes: number;
  clock: Pick<Clock, 'now'>;
  helper: Helper;
  log: { info(fields: object, message: string): void; error(fields: object, message: string): void };
}

export function createVerifier({ dataDir, minFreeBytes, clock, helper, log }: VerifierOptions): Verifier {
  let startedAt: number | null = null;
  let entries = 0;
  let last: VerifyResult | null = null;
  /** What was found wrong stays until a run finds nothing: one that could not be made says nothing about the books. */
  let wrong: VerifyResult | null = null;

  const run = async (began: number): Promise<VerifyResult> => {
    const found = (rest: Pick<VerifyResult, 'ok' | 'reason'> & Partial<VerifyResult>): VerifyResult => ({
      ...NOTHING,
      ...rest,
      at: formatInstant(began),
      seconds: (clock.now() - began) / 1000,
    });
    try {
      const { differences, ...findings } = await helper({ do: 'verify', dataDir, leaveFree: minFreeBytes }, (done) => {
        entries = done;
      });
      return found({ ok: findings.count === 0, reason: null, ...findings, differences: differences.slice(0, LISTED) });
    } catch (error) {
      return found({ ok: null, reason: (error as Error).message });
    }
  };

  return {
    start() {
      if (startedAt !== null) return;
      startedAt = clock.now();
      entries = 0;
      void run(startedAt).then((result) => {
        startedAt = null;
        last = result;
        if (result.ok !== null) wrong = result.ok ? null : result;
        if (result.ok) log.info({ entries: result.entries, records: result.records }, 'verified: the books are as they should be');
        else log.error({ result }, result.ok === null ? 'the books could not be verified' : 'the books contradict themselves');
      });
    },
    view: () => ({ running: startedAt !== null, entries, startedAt: startedAt === null ? null : formatInstant(startedAt), last }),
    notes: () =>
      wrong
        ? [
            `The books have ${wrong.count} ${wrong.count === 1 ? 'difference' : 'differences'}, found on ${wrong.at}: see GET /api/v1/verify`,
          ]
        : [],
  };
}
