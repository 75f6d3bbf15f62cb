import type { Effort } from '../../server/books/batch.ts';
import type { Retention } from '../../server/books/keep.ts';
import type { PackingPace } from '../../server/books/packs.ts';
import { openPipeline } from '../../server/pipeline.ts';
import type { Pipeline } from '../../server/pipeline-types.ts';
import { createMemoryStore } from '../../server/store/memory.ts';
import type { Store } from '../../server/store/store.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import type { EventResult, EventType, LicenceEvent } from '../../shared/events.ts';
import type { OrganisationSettings } from '../../shared/organisation.ts';
import type { UsageView } from '../../shared/views.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

export const ORGANISATION = '129';

export interface EventInput {
  type?: EventType;
  user?: string;
  device?: string;
  logonSource?: string;
  at?: number;
  licences?: string[];
  id?: string;
  leaseMs?: number;
}

/** The line with a clock and a store of our own: what a test of the rules drives. */
export interface TestBooks {
  clock: ManualClock;
  store: Store;
  pipeline: Pipeline;
  send(...events: EventInput[]): Promise<EventResult[]>;
  settings(settings: Partial<OrganisationSettings>): Promise<void>;
  assign(user: string, userType: string, ...serviceFeatures: string[]): Promise<void>;
  usage(): UsageView;
  /** In use and holdings by licence type, without the types nobody holds. */
  counts(): Record<string, [inUse: number, holdings: number]>;
  /** Lets timers act up to an instant. */
  passTo(at: number): Promise<void>;
  /** Waits until nothing of the past is being worked out again. */
  recomputed(): Promise<void>;
  /** Stops as a crash would and starts again on the same store. */
  restart(downMs?: number): Promise<void>;
}

const families: Record<string, string> = Object.fromEntries(BUILT_IN_CATALOGUE.logonSources.map((source) => [source.name, source.family]));

/** `errors`: those of the log fail the test, unless it is about them. */
export async function openTestBooks(
  start: number,
  store: Store = createMemoryStore(),
  { errors, effort, retention, pace }: { errors?: 'expected'; effort?: Effort; retention?: Retention; pace?: PackingPace } = {},
): Promise<TestBooks> {
  const clock = createManualClock(start);
  const open = () =>
    openPipeline({
      store,
      clock,
      catalogue: BUILT_IN_CATALOGUE,
      ...(effort && { effort }),
      ...(pace && { pace }),
      ...(retention && { retention }),
      randomId: () => 'epoch-1',
      log: {
        info: () => {},
        error: (fields, message) => {
          if (errors === 'expected') return;
          throw new Error(`${message}: ${JSON.stringify(fields)}`);
        },
      },
      onFatal: (error) => {
        throw error;
      },
    });
  const books: TestBooks = {
    clock,
    store,
    pipeline: await open(),
    async send(...inputs) {
      const events = inputs.map((input): LicenceEvent => {
        const { type = 'login', user = 'edred', at = clock.now(), device, ...rest } = input;
        const all = type === 'logout-all';
        const { logonSource = all ? 'Scheduled Log Off' : 'Agent Desktop' } = input;
        return {
          type,
          organisation: ORGANISATION,
          user: all ? '' : user,
          device: all ? '' : (device ?? families[logonSource] ?? 'unknown'),
          at,
          receivedAt: clock.now(),
          ...rest,
          logonSource,
        };
      });
      return (await books.pipeline.ingest(events)).results;
    },
    settings: (settings) =>
      books.pipeline.putOrganisation(
        ORGANISATION,
        {
          name: ORGANISATION,
          timeZone: 'UTC',
          billingPeriodStartDay: 1,
          entitlements: {},
          ...settings,
        },
        null,
      ),
    assign: (user, userType, ...serviceFeatures) =>
      books.pipeline.putUsers(ORGANISATION, [{ user, assignment: { userType, serviceFeatures } }], null),
    usage: () => books.pipeline.committed.usage(ORGANISATION) as UsageView,
    counts: () =>
      Object.fromEntries(
        books
          .usage()
          .licences.filter((row) => row.holdings > 0)
          .map((row) => [row.licenceType, [row.inUse, row.holdings]]),
      ),
    async passTo(at) {
      clock.advanceTo(at);
      // The tick that the clock ran has its batch under way; an empty request comes after it.
      await books.pipeline.ingest([]);
    },
    async recomputed() {
      for (let round = 0; books.pipeline.committed.recomputing(ORGANISATION) !== null; round++) {
        if (round > 500) throw new Error('It is still being worked out again');
        await books.pipeline.ingest([]);
      }
      // What is in the store is shown a moment later.
      await books.pipeline.ingest([]);
    },
    async restart(downMs = 0) {
      await books.pipeline.close();
      clock.jumpTo(clock.now() + downMs);
      books.pipeline = await open();
      await books.pipeline.ingest([]);
    },
  };
  return books;
}
