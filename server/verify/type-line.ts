/** The level of one licence type, derived change by change, and held against its buckets, hours and marks in the store. */
import type { Instant } from '../../shared/time.ts';
import type { StoredDay } from '../books/kept-levels.ts';
import type { Kept, Organisation } from '../books/organisation.ts';
import type { StoredType } from '../books/stored.ts';
import type { Calendar } from '../licensing/calendar.ts';
import type { Reader } from '../store/store.ts';
import { append } from '../usage/combine.ts';
import {
  addLevels,
  beginStretch,
  extend,
  type Figures,
  figures,
  type Levels,
  NO_LEVELS,
  type Stretch,
  sameLevels,
} from '../usage/levels.ts';
import { BUCKET_MS, bucketStart, HOUR_MS, hourStart, OpenBucket } from '../usage/open-bucket.ts';
import { beginWatch, countIn, mark, type TypeUsage, type Watch } from '../usage/type-usage.ts';
import type { Finder } from './findings.ts';

type LevelTable = 'buckets' | 'hours' | 'days';

export class TypeLine {
  level: Levels = NO_LEVELS;
  #bucket: Stretch | null = null;
  #hour: Stretch | null = null;
  #day: StoredDay | null = null;
  /** Rows that begin before it have been compared. */
  #seen = { buckets: Number.NEGATIVE_INFINITY, hours: Number.NEGATIVE_INFINITY, days: Number.NEGATIVE_INFINITY };
  readonly #stored: StoredType | undefined;
  readonly #watches: Watch[] = [];
  readonly #disk: Reader;
  readonly #finder: Finder;
  readonly #organisation: string;
  readonly #kept: Kept;
  readonly #calendar: Calendar;
  readonly #type: string;

  constructor(disk: Reader, finder: Finder, { id: organisation, kept, calendar }: Organisation, type: string) {
    this.#disk = disk;
    this.#finder = finder;
    this.#organisation = organisation;
    this.#kept = kept;
    this.#calendar = calendar;
    this.#type = type;
    this.#stored = disk.get<StoredType>('types', [organisation, type]);
    for (const span of this.#stored ? [this.#stored.day, this.#stored.period] : []) this.#watches.push(beginWatch(span, NO_LEVELS));
  }

  /** The level at the first instant of which anything is kept. Rows before it say what nobody can say again. */
  begin(level: Levels): void {
    this.level = level;
    for (const watch of this.#watches) watch.enter = [...level];
  }

  change(at: Instant, by: Levels): void {
    const start = bucketStart(at);
    if (this.#bucket?.start !== start) {
      this.#closeBucket();
      this.#bucket = beginStretch(start, this.level);
    }
    extend(this.#bucket, at, by);
    this.level = addLevels(this.level, by);
  }

  /** Everything is known: what is left is compared. */
  finish(): void {
    this.#closeBucket();
    this.#closeHour();
    this.#closeDay();
    this.#compareFlat('buckets', Number.POSITIVE_INFINITY, this.level);
    this.#compareFlat('days', Number.POSITIVE_INFINITY, this.level);
    this.#compareFlat('hours', Number.POSITIVE_INFINITY, this.level);
    for (const watch of this.#watches) if (!watch.startsInBucket && watch.inUse === null) watch.enter = [...this.level];
    this.#compareType();
  }

  #closeBucket(): void {
    const bucket = this.#bucket;
    if (!bucket) return;
    this.#bucket = null;
    if (bucket.start >= Math.max(this.#kept.buckets, this.#kept.entries)) this.#compare('buckets', bucket, BUCKET_MS);
    else if (bucket.start < this.#kept.buckets) this.#addToDay(bucket);
    for (const watch of this.#watches) {
      if (bucket.start < watch.start) watch.enter = [...bucket.exit];
      else countIn(watch, bucket);
    }
    const start = hourStart(bucket.start);
    if (this.#hour?.start !== start) {
      this.#closeHour();
      this.#hour = beginStretch(start, bucket.enter);
    }
    append(this.#hour, bucket);
  }

  #closeHour(): void {
    const hour = this.#hour;
    this.#hour = null;
    if (!hour) return;
    if (!this.#isHourKept(hour.start)) this.#seen.hours = hour.start + 1;
    else if (hour.start < hourStart(this.#stored?.openFrom ?? Number.NEGATIVE_INFINITY)) this.#compare('hours', hour, HOUR_MS);
    else {
      // Not over as long as a bucket of it is open.
      this.#compareFlat('hours', hour.start, hour.enter);
      this.#seen.hours = hour.start;
    }
  }

  /** Beyond what is kept by five minutes: not after they are over, not where they are to be derived again, none that two days share. */
  #isHourKept(start: Instant): boolean {
    const { buckets, hours, stale } = this.#kept;
    if (start < this.#kept.entries) return false;
    if (start >= buckets) return true;
    return start >= hours && start < stale && this.#calendar.day(start).end >= start + HOUR_MS;
  }

  #addToDay(bucket: Stretch): void {
    const { start, end } = this.#calendar.day(bucket.start);
    if (this.#day?.start !== start) {
      this.#closeDay();
      this.#day = { ...beginStretch(start, bucket.enter), end: Math.min(end, this.#kept.buckets) };
    }
    append(this.#day, bucket);
  }

  #closeDay(): void {
    const day = this.#day;
    this.#day = null;
    if (day && day.start < this.#kept.stale && day.start >= this.#kept.entries) this.#compare('days', day, day.end - day.start);
  }

  /** A stretch in which nothing moved in sum may be there or not: what was corrected away leaves its row. */
  #compare(table: LevelTable, derived: Stretch, length: number): void {
    this.#compareFlat(table, derived.start, derived.enter);
    this.#seen[table] = derived.start + 1;
    const key = [this.#organisation, this.#type, derived.start];
    const row = this.#disk.get<Stretch>(table, key);
    if (row === undefined && isFlat(derived, length, derived.enter)) return;
    this.#finder.expect(this.#organisation, table, key, shownOf(derived, length), row && shownOf(row, length));
  }

  /** Rows up to an instant, between two stretches in which something happened. */
  #compareFlat(table: LevelTable, until: Instant, level: Levels): void {
    const range = { start: [this.#organisation, this.#type, this.#seen[table]], end: [this.#organisation, this.#type, until] };
    for (const { key, value } of this.#disk.range<Stretch | StoredDay>(table, range)) {
      if (this.#isStale(table, value.start)) continue;
      const length = 'end' in value ? value.end - value.start : table === 'hours' ? HOUR_MS : BUCKET_MS;
      if (!isFlat(value, length, level)) this.#finder.expect(this.#organisation, table, key, undefined, shownOf(value, length));
    }
  }

  #isStale(table: LevelTable, start: Instant): boolean {
    if (start < this.#kept.entries) return true;
    return table === 'hours' ? !this.#isHourKept(start) : table === 'days' && start >= this.#kept.stale;
  }

  #compareType(): void {
    const key = [this.#organisation, this.#type];
    const stored = this.#stored;
    if (!stored) {
      this.#finder.expect(this.#organisation, 'types', key, { level: this.level }, undefined);
      return;
    }
    const open = [...this.#disk.range<Stretch>('buckets', { start: [...key, stored.openFrom ?? Infinity], end: [...key, Infinity] })];
    const level = stored.level ?? open.at(-1)?.value.exit;
    const usage: TypeUsage = { ...stored, level: level ?? NO_LEVELS, crossed: 0, open: open.map(({ value }) => new OpenBucket(value)) };
    const derived: TypeUsage = { ...usage, open: [] };
    const marks = (of: TypeUsage, [day, period]: Watch[]) => ({
      day: mark(of, day as Watch, 'inUse'),
      billingPeriod: mark(of, period as Watch, 'inUse'),
      contingencyMaxUsed: mark(of, period as Watch, 'contingency'),
    });
    const expected = { level: this.level, ...marks(derived, this.#watches) };
    this.#finder.expect(this.#organisation, 'types', key, expected, { level, ...marks(usage, [stored.day, stored.period]) });
  }
}

const shownOf = (stretch: Stretch, length: number): Figures & { enter: Levels } => ({
  enter: stretch.enter,
  ...figures(stretch, stretch.start + length),
});

function isFlat(stretch: Stretch, length: number, level: Levels): boolean {
  const { low, high, exit } = figures(stretch, stretch.start + length);
  return [stretch.enter, low, high, exit].every((levels) => sameLevels(levels, level));
}
