/** The local clock as `Intl` writes it, and where what it says changes. No arithmetic with offsets. */

export type Label = (at: number) => string;

export function localFields(timeZone: string): (at: number) => Record<string, string> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'long',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'longOffset',
  });
  return (at) => Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}

/** What the buckets of each resolution are called: two instants are in the same one if there is no other name between them. */
export function bucketLabels(timeZone: string, startDay: number): Record<'5m' | '1h' | '1d' | 'billing', Label> {
  const fields = localFields(timeZone);
  const day: Label = (at) => {
    const { year, month, day: d } = fields(at);
    return `${year}-${month}-${d}`;
  };
  return {
    '5m': (at) => `${day(at)} ${fields(at)['hour']}:${Math.floor(Number(fields(at)['minute']) / 5) * 5} ${fields(at)['timeZoneName']}`,
    '1h': (at) => `${day(at)} ${fields(at)['hour']} ${fields(at)['timeZoneName']}`,
    '1d': day,
    billing: (at) => periodName(day(at), startDay),
  };
}

/** A period is called after the month in which it starts. */
export function periodName(date: string, startDay: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  if (day >= startDay) return `${year}-${String(month).padStart(2, '0')}`;
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`;
}

/** Instants between `from` and `to` at which a label changes, looked for every `step` milliseconds and then by halving. */
export function changesOf(label: Label, from: number, to: number, step: number): number[] {
  const found: number[] = [];
  let before = label(from);
  for (let at = from + step; at <= to; at += step) {
    const after = label(at);
    if (after === before) continue;
    let [low, high] = [at - step, at];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (label(middle) === before) low = middle;
      else high = middle;
    }
    found.push(high);
    before = after;
  }
  return found;
}
