import TinyQueue from 'tinyqueue';
import type { Instant } from '../../shared/time.ts';
import type { Organisation } from '../books/organisation.ts';
import type { Session } from '../licensing/sessions.ts';

interface Seen {
  since: Instant;
  user: string;
  device: string;
  session: number;
}

/** Since when the oldest open session of a licence type is open. What changes costs little, however many sessions are open. */
export interface SessionAges {
  /** Takes the sessions in that a batch touched: user to devices. */
  heed(organisation: Organisation, touched: ReadonlyMap<string, readonly string[]>): void;
  /** Null where nobody holds the type. */
  oldestSince(organisation: Organisation, licenceType: string): Instant | null;
}

/** A queue holds sessions that have gone until they come to its front; with so many more than there are it is made anew. */
const SPARE = 1_000;

const holds = (session: Session, licenceType: string) => session.holdings.some((holding) => holding.type === licenceType);

export function createSessionAges(): SessionAges {
  const queues = new Map<string, TinyQueue<Seen>>();

  const seen = (user: string, { since, device, id }: Session): Seen => ({ since, user, device, session: id });

  /** Looks at every open session once, when a type is first asked for. */
  const build = (organisation: Organisation, licenceType: string): TinyQueue<Seen> => {
    const open: Seen[] = [];
    for (const [user, { devices }] of organisation.users) {
      for (const session of devices.values()) if (holds(session, licenceType)) open.push(seen(user, session));
    }
    const queue = new TinyQueue<Seen>(open, (a, b) => a.since - b.since || a.session - b.session);
    queues.set(licenceType, queue);
    return queue;
  };

  const stands = (organisation: Organisation, licenceType: string, { user, device, session, since }: Seen): boolean => {
    const open = organisation.users.get(user)?.devices.get(device);
    return open?.id === session && open.since === since && holds(open, licenceType);
  };

  return {
    heed(organisation, touched) {
      if (queues.size === 0) return;
      for (const [user, devices] of touched) {
        for (const device of devices) {
          const session = organisation.users.get(user)?.devices.get(device);
          for (const { type } of session?.holdings ?? []) queues.get(type)?.push(seen(user, session as Session));
        }
      }
    },
    oldestSince(organisation, licenceType) {
      const holdings = organisation.types.get(licenceType)?.pools.holdings ?? 0;
      let queue = queues.get(licenceType);
      if (!queue || queue.length > 2 * holdings + SPARE) queue = build(organisation, licenceType);
      for (let first = queue.peek(); first; first = queue.peek()) {
        if (stands(organisation, licenceType, first)) return first.since;
        queue.pop();
      }
      return null;
    },
  };
}
