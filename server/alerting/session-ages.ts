import type { Instant } from '../../shared/time.ts';
import type { Organisation } from '../books/organisation.ts';
import type { Session } from '../licensing/sessions.ts';

interface Oldest {
  since: Instant;
  user: string;
  device: string;
  session: number;
}

/** Since when the oldest open session of a licence type is open. Only what changed is looked at, all sessions only when the oldest one has gone. */
export interface SessionAges {
  /** Takes the sessions in that a batch touched: user to devices. */
  heed(organisation: Organisation, touched: ReadonlyMap<string, ReadonlySet<string>>): void;
  /** Null where nobody holds the type. */
  oldestSince(organisation: Organisation, licenceType: string): Instant | null;
}

export function createSessionAges(): SessionAges {
  const known = new Map<string, Oldest | null>();

  const holds = (session: Session, licenceType: string) => session.holdings.some((holding) => holding.type === licenceType);

  const consider = (licenceType: string, user: string, session: Session): void => {
    const oldest = known.get(licenceType) ?? null;
    if (!holds(session, licenceType) || (oldest && oldest.since <= session.since)) return;
    known.set(licenceType, { since: session.since, user, device: session.device, session: session.id });
  };

  const stands = (organisation: Organisation, licenceType: string, { user, device, session, since }: Oldest): boolean => {
    const open = organisation.users.get(user)?.devices.get(device);
    return open?.id === session && open.since === since && holds(open, licenceType);
  };

  return {
    heed(organisation, touched) {
      // In any order: a session that is found to be gone only costs a search.
      for (const licenceType of known.keys()) {
        for (const [user, devices] of touched) {
          for (const device of devices) {
            const session = organisation.users.get(user)?.devices.get(device);
            if (session) consider(licenceType, user, session);
          }
        }
      }
    },
    oldestSince(organisation, licenceType) {
      const oldest = known.get(licenceType);
      if (oldest && stands(organisation, licenceType, oldest)) return oldest.since;
      if (oldest === null && (organisation.types.get(licenceType)?.pools.holdings ?? 0) === 0) return null;
      known.set(licenceType, null);
      if ((organisation.types.get(licenceType)?.pools.holdings ?? 0) === 0) return null;
      for (const [user, { devices }] of organisation.users) {
        for (const session of devices.values()) consider(licenceType, user, session);
      }
      return known.get(licenceType)?.since ?? null;
    },
  };
}
