/** What a careful customer would write down: every request that was acknowledged, and what each event must have come to. */
import type { EventResult, IngestAnswer } from '../../shared/events.ts';
import type { RecordView } from '../../shared/views.ts';

export interface LoadEvent {
  type: 'login' | 'logout';
  organisation: string;
  user: string;
  device: string;
  logonSource: 'Agent Desktop';
  licences?: string[];
  id: string;
}

export interface Ledger {
  readonly acknowledged: number;
  /** Highest sequence number that any answer named. */
  readonly seq: number;
  /** @throws where the answer is not what a request must come to: torn, too many or too few records */
  acknowledge(events: LoadEvent[], answer: IngestAnswer, tries: number): void;
  /** What is wrong with the records of the events since `mark`, in words; empty when all is well. */
  check(records: RecordView[], since: number): string[];
  mark(): number;
  open(): { sessions: number; users: number };
}

export function createLedger(): Ledger {
  const entries: { event: LoadEvent; result: EventResult }[] = [];
  const ids = new Set<string>();
  const open = new Map<string, Set<string>>();
  let seq = 0;

  /** Every login names one licence, so the number of records is known: the acquired one, and the released one of what it closes. */
  function expected({ type, user, device }: LoadEvent): number {
    const devices = open.get(user) ?? new Set<string>();
    const held = devices.has(device);
    if (type === 'login') devices.add(device);
    else devices.delete(device);
    if (devices.size > 0) open.set(user, devices);
    else open.delete(user);
    return type === 'login' ? (held ? 2 : 1) : held ? 1 : 0;
  }

  return {
    get acknowledged() {
      return entries.length;
    },
    get seq() {
      return seq;
    },
    acknowledge(events, answer, tries) {
      if (answer.results.length !== events.length) throw new Error(`${events.length} events, ${answer.results.length} results`);
      const outcomes = new Set(answer.results.map(({ status }) => (status === 'duplicate' ? 'duplicate' : 'new')));
      if (outcomes.size > 1) throw new Error(`torn request: ${JSON.stringify(answer.results)}`);
      if (outcomes.has('duplicate') && tries === 1) throw new Error(`a first try is a duplicate: ${JSON.stringify(events[0])}`);
      for (const [index, event] of events.entries()) {
        const result = answer.results[index];
        const records = expected(event);
        if (result?.index !== index || result.records.length !== records) {
          throw new Error(`${JSON.stringify(event)} must come to ${records} records, got ${JSON.stringify(result)}`);
        }
        entries.push({ event, result });
        ids.add(event.id);
      }
      seq = Math.max(seq, answer.seq);
    },
    check(records, since) {
      const wrong: string[] = [];
      const bySeq = new Map<number, RecordView>();
      const byEvent = new Map<string, number[]>();
      for (const record of records) {
        if (bySeq.has(record.seq)) wrong.push(`seq ${record.seq} twice`);
        bySeq.set(record.seq, record);
        if (record.eventId !== null) byEvent.set(record.eventId, [...(byEvent.get(record.eventId) ?? []), record.seq]);
      }
      for (const { event, result } of entries.slice(since)) {
        const found = byEvent.get(event.id) ?? [];
        byEvent.delete(event.id);
        if (found.sort((a, b) => a - b).join() !== [...result.records].sort((a, b) => a - b).join()) {
          wrong.push(`${event.type} ${event.id}: acknowledged as records [${result.records}], on disk [${found}]`);
        }
        for (const seq of found) {
          const record = bySeq.get(seq);
          if (record?.user !== event.user || record.device !== event.device)
            wrong.push(`seq ${seq} is not of ${event.user} on ${event.device}`);
        }
      }
      for (const id of byEvent.keys()) if (!ids.has(id)) wrong.push(`records of ${id}, which was never acknowledged`);
      return wrong;
    },
    mark: () => entries.length,
    open: () => ({ sessions: [...open.values()].reduce((sum, devices) => sum + devices.size, 0), users: open.size }),
  };
}
