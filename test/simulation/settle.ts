/** What moved since somebody looked: bytes, reads and writes of the store, timers. */
export interface Activity {
  note(): void;
  readonly count: number;
}

export function createActivity(): Activity {
  let count = 0;
  return {
    note() {
      count++;
    },
    get count() {
      return count;
    },
  };
}

const QUIET_TURNS = 4;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Until nothing has moved for some turns of the event loop: everything waits for time, the disk or the network. */
export async function settle(activity: Activity, eachTurn: () => void): Promise<void> {
  let quiet = 0;
  for (let seen = activity.count; quiet < QUIET_TURNS; ) {
    await turn();
    eachTurn();
    quiet = activity.count === seen ? quiet + 1 : 0;
    seen = activity.count;
  }
}
