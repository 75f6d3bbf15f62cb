/** From the acknowledgement of an event to the frame at each of 200 displays. */
import { join } from 'node:path';
import { startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';
import type { DisplaysOrder, DisplaysResult } from './displays.ts';
import { runPart, startBareServer } from './processes.ts';
import { ratio, show, showSpread, spread, table } from './stats.ts';
import { ASSIGNMENT, userName } from './traffic.ts';

const DISPLAYS = 200;
const ORGANISATION = 'fan-out';
/** Above the 100 ms tick, where an event finds the line idle, and below it, where it waits for the next tick. */
const RATES = [5, 50];

export async function benchFanOut(runs: number, events: number, say: (text: string) => void): Promise<string> {
  const rows: string[][] = [];
  for (const perSecond of RATES) {
    const ours: DisplaysResult[] = [];
    const bare: DisplaysResult[] = [];
    for (let run = 0; run < runs; run++) {
      const directory = tempDir('highwater-bench-');
      const baseline = await startBareServer(join(directory.path, 'journal'));
      const daemon = await startDaemon();
      try {
        const users = Array.from({ length: 50 }, (_, nth) => ({ user: userName(0, nth), ...ASSIGNMENT }));
        await daemon.put(`/api/v1/organisations/${ORGANISATION}`, {
          name: 'Fan-out',
          timeZone: 'Europe/London',
          billingPeriodStartDay: 1,
          entitlements: {},
        });
        await daemon.put(`/api/v1/organisations/${ORGANISATION}/users`, users);
        const order: DisplaysOrder = { url: daemon.url, organisation: ORGANISATION, displays: DISPLAYS, events, perSecond, run: `r${run}` };
        ours.push(await runPart<DisplaysResult>('displays.ts', order));
        bare.push(await runPart<DisplaysResult>('displays.ts', { ...order, url: baseline.url }));
        say(
          `fan-out ${run + 1}/${runs}, ${perSecond} events/s: p50 ${show(ours.at(-1)?.p50 ?? 0)} ms, p99 ${show(ours.at(-1)?.p99 ?? 0)} ms`,
        );
      } finally {
        await daemon.dispose();
        await baseline.stop();
        directory.remove();
      }
    }
    for (const of of ['p50', 'p99'] as const) {
      const [mine, floor] = [spread(ours.map((result) => result[of])), spread(bare.map((result) => result[of]))];
      rows.push([`${perSecond} events/s, ${of}`, showSpread(mine), showSpread(floor), ratio(mine, floor)]);
    }
  }
  return table([`${DISPLAYS} displays`, 'Highwater, ms', 'bare broadcast, ms', 'ratio'], rows);
}
