/** Every billing rule as its sentence says it, over a list of levels that stood one after the other. */
import type { NaiveRecord } from './naive-books.ts';
import type { Stand } from './naive-levels.ts';

const MINUTE = 60_000;

export interface NaiveMarks {
  sustained: number;
  steady: number;
  sample: number;
  /** Where the first stay at the sampled level that is sampled begins, and its seconds. */
  sampled: [at: number | null, seconds: number];
  p95: number;
  secondsAtOrAbove: { level: number; seconds: number }[];
  heldForSeconds: number;
}

/** @param sampleEnds five-minute ends in the period, its own end included */
export function marksOf(stands: readonly Stand[], sampleEnds: readonly number[]): NaiveMarks {
  const highest = Math.max(...stands.map((stand) => stand.level));
  const levels = Array.from({ length: highest + 1 }, (_, level) => level);
  const length = (some: readonly Stand[]) => some.reduce((sum, stand) => sum + stand.end - stand.start, 0);
  const atOrAbove = (level: number) => length(stands.filter((stand) => stand.level >= level));
  const unbroken = (level: number) => Math.max(0, ...runsOf(stands, (stand) => stand.level >= level).map(length));
  const before = (at: number) => stands.filter((stand) => stand.start < at).at(-1)?.level ?? 0;
  const sample = Math.max(0, ...sampleEnds.map(before));
  const isSampled = (run: readonly Stand[]) => sampleEnds.some((at) => at > (run[0] as Stand).start && at <= (run.at(-1) as Stand).end);
  const sampledStay = sample > 0 ? runsOf(stands, (stand) => stand.level === sample).find(isSampled) : undefined;
  const [firstStay] = highest > 0 ? runsOf(stands, (stand) => stand.level === highest) : [];
  return {
    sustained: levels.filter((level) => atOrAbove(level) >= 30 * MINUTE).at(-1) ?? 0,
    steady: levels.filter((level) => unbroken(level) >= 15 * MINUTE).at(-1) ?? 0,
    sample,
    sampled: [sampledStay?.[0]?.start ?? null, length(sampledStay ?? []) / 1000],
    p95: levels.find((level) => length(stands.filter((stand) => stand.level > level)) <= 0.05 * length(stands)) ?? highest,
    secondsAtOrAbove: levels.slice(1).map((level) => ({ level, seconds: atOrAbove(level) / 1000 })),
    heldForSeconds: length(firstStay ?? []) / 1000,
  };
}

/** Neighbours for which something holds. */
function runsOf(stands: readonly Stand[], holds: (stand: Stand) => boolean): Stand[][] {
  const runs: Stand[][] = [];
  let open = false;
  for (const stand of stands) {
    const held = holds(stand);
    if (held && open) runs.at(-1)?.push(stand);
    else if (held) runs.push([stand]);
    open = held;
  }
  return runs;
}

export interface NaiveReceipt {
  holders: { user: string; since: string; devices: string[] }[];
  tippedBy: { user: string; device: string } | null;
}

/** Who holds the type after everything at an instant, by playing all records up to it. */
export function receiptOf(records: readonly NaiveRecord[], type: string, at: number | null): NaiveReceipt {
  if (at === null) return { holders: [], tippedBy: null };
  const users = new Map<string, { since: number; devices: string[]; tip: { user: string; device: string } | null }>();
  for (const record of records) {
    if (record.type !== type || record.loggedAt > at || record.source === 'Refresh Contingency') continue;
    const { user, device } = record;
    const held = users.get(user);
    if (record.usageType === 'Acquired' && held) held.devices.push(device);
    if (record.usageType === 'Acquired' && !held) {
      // Set anew, so that the one who came last is last.
      users.delete(user);
      users.set(user, { since: record.loggedAt, devices: [device], tip: record.loggedAt === at ? { user, device } : null });
    }
    if (record.usageType === 'Released' && held) {
      held.devices.splice(held.devices.indexOf(device), 1);
      if (held.devices.length === 0) users.delete(user);
    }
  }
  const holders = [...users].map(([user, { since, devices }]) => ({ user, since: new Date(since).toISOString(), devices: devices.sort() }));
  return {
    holders: holders.sort((a, b) => a.since.localeCompare(b.since) || (a.user < b.user ? -1 : 1)),
    tippedBy: [...users.values()].flatMap(({ tip }) => (tip ? [tip] : [])).at(-1) ?? null,
  };
}
