/** What administrators say about an organisation and its users: the bodies of `PUT`, and what `GET` gives back. */

export interface Entitlement {
  /** Licences bought: the normal pool. */
  concurrent: number;
  /** Paid overflow. */
  contingency: number;
  unitPrice?: number;
  contingencyPrice?: number;
}

export interface OrganisationSettings {
  name: string;
  /** IANA time zone. */
  timeZone: string;
  /** 1 to 28. */
  billingPeriodStartDay: number;
  /** By licence type; a type without one is concurrent without limit. */
  entitlements: Record<string, Entitlement>;
  /** RFC 3339. The first settings of an organisation reach back to the beginning. */
  effectiveFrom?: string;
  /** Local time `HH:MM` at which every session is closed. */
  scheduledLogOff?: string;
  /** Seconds after which an open session is listed as stale. */
  staleAfterSeconds?: number;
  defaultLeaseSeconds?: number;
  /** Seconds without an event after which the feed counts as silent. */
  feedSilentAfterSeconds?: number;
}

export interface OrganisationView extends OrganisationSettings {
  organisation: string;
}

/** A user's assignment; without one, a login acquires only what it names itself. */
export interface Assignment {
  name?: string;
  group?: string;
  userType?: string;
  serviceFeatures: string[];
}

export interface UserView extends Assignment {
  user: string;
}

/** What a user is to be assigned, and from when on. */
export interface UserAssignment {
  user: string;
  assignment: Assignment;
  /** RFC 3339; else it counts from its receipt. The first assignment of a user reaches back to the beginning. */
  effectiveFrom?: string;
}
