/** Who was counted at the mark of a licence type, and whose login made it: found in what is given back after it. */
import type { BillReceipt } from '../../shared/bill.ts';
import { formatInstant, type Instant } from '../../shared/time.ts';
import type { Entry, EntryRecord, Position } from '../books/entry.ts';
import type { StoredHolding } from '../books/stored.ts';
import type { LineMark } from './level-line.ts';

interface Holder {
  /** Null while only some of the user's devices have been found. */
  since: Instant | null;
  devices: Set<string>;
}

interface Tip {
  receipt: number;
  user: string;
  device: string;
  eventId: string | null;
}

export class MarkHolders {
  #mark: LineMark = { value: 0, at: null };
  #tippedBy: Tip | null = null;
  readonly #holders = new Map<string, Holder>();
  #found = 0;
  /** Who came at the instant that is being read, and is still there. */
  #tipsAt: Instant | null = null;
  readonly #tips = new Map<string, Tip>();

  /** Everything that is known of an older mark is forgotten: so no more is kept than the answer holds. */
  markAt(mark: LineMark): void {
    this.#mark = mark;
    this.#holders.clear();
    this.#found = 0;
    const tips = this.#tipsAt === mark.at ? [...this.#tips.values()] : [];
    this.#tippedBy = tips.reduce<Tip | null>((last, tip) => (last && last.receipt > tip.receipt ? last : tip), null);
  }

  /** Takes a record of the type, in the order of the books. */
  note({ at, receipt }: Position, { kind, user, device, id }: Entry, record: EntryRecord): void {
    if (kind === 'refresh') return;
    if (this.#tipsAt !== at) {
      this.#tipsAt = at;
      this.#tips.clear();
    }
    if (record.acquired) {
      if (record.turned) this.#tips.set(user, { receipt, user, device, eventId: id });
      return;
    }
    if (record.turned) this.#tips.delete(user);
    if (this.#mark.at !== null && at > this.#mark.at) {
      this.#hold(user, device, record.since, record.turned ? (record.stay?.[0] ?? record.since) : null);
    }
  }

  /** Takes a holding that is still open. Whether the user was counted at the mark and is there ever since. */
  noteOpen(user: string, device: string, { since, stayAt }: StoredHolding): boolean {
    this.#hold(user, device, since, stayAt);
    return this.#mark.at !== null && stayAt <= this.#mark.at;
  }

  get complete(): boolean {
    return this.#found >= this.#mark.value;
  }

  #hold(user: string, device: string, since: Instant, stayAt: Instant | null): void {
    const at = this.#mark.at;
    if (at === null) return;
    const stayed = stayAt !== null && stayAt <= at;
    if (since > at && !stayed) return;
    const holder = this.#holders.get(user) ?? { since: null, devices: new Set() };
    this.#holders.set(user, holder);
    if (since <= at) holder.devices.add(device);
    if (!stayed || holder.since !== null) return;
    holder.since = stayAt;
    this.#found++;
  }

  receipt(heldMs: number): BillReceipt {
    const { at, value } = this.#mark;
    const tip = this.#tippedBy;
    const holders = [...this.#holders]
      .map(([user, { since, devices }]) => ({ user, since: since ?? (at as Instant), devices: [...devices].sort() }))
      .sort((a, b) => a.since - b.since || (a.user < b.user ? -1 : 1))
      .map((holder) => ({ ...holder, since: formatInstant(holder.since) }));
    return {
      at: at === null ? null : formatInstant(at),
      value,
      heldForSeconds: heldMs / 1000,
      tippedBy: tip && { user: tip.user, device: tip.device, eventId: tip.eventId },
      holders,
    };
  }
}
