/**
 * What can be licensed, how people log in, and which interface carries which licence: data, not code.
 * The built-in lists are those of storm's help pages; a site adds its own in the configuration file.
 */

/** What an administrator assigns to a user so that a login acquires the licence. */
export type Grant = { userType: string } | { serviceFeature: string };

export interface LicenceType {
  name: string;
  /** `null`: granted by nothing in the catalogue, only ever named outright by an event. */
  grantedBy: Grant | null;
}

export interface LogonSource {
  name: string;
  family: string;
  acquires: boolean;
  releases: boolean;
}

/** The service-feature licences that a family of logon sources can carry. */
export interface Interface {
  family: string;
  carries: string[];
}

export interface Catalogue {
  licenceTypes: LicenceType[];
  logonSources: LogonSource[];
  interfaces: Interface[];
}

const byUserType = (name: string, userType = name): LicenceType => ({ name, grantedBy: { userType } });
const byFeature = (name: string, serviceFeature = name): LicenceType => ({ name, grantedBy: { serviceFeature } });
const both = (name: string, family: string): LogonSource => ({ name, family, acquires: true, releases: true });
const releaseOnly = (name: string, family: string): LogonSource => ({ name, family, acquires: false, releases: true });

const written = ['Agent E-mail', 'Agent SMS', 'Agent Web Chat', 'Agent Social Media'];
const spoken = ['Agent Calls', 'Recording', 'Conferencing', 'User Voicemail'];

/** The family of sources by which the system itself acts; nobody logs in through one. */
export const SYSTEM_FAMILY = 'system';
/** The family and the default device of a logon source that the catalogue does not know. */
export const UNKNOWN_FAMILY = 'unknown';

export const SCHEDULED_LOG_OFF = 'Scheduled Log Off';
export const REFRESH_CONTINGENCY = 'Refresh Contingency';
export const CONNECTION_LOST = 'Agent Desktop Connection Lost';

export const BUILT_IN_CATALOGUE: Catalogue = {
  licenceTypes: [
    byUserType('Meeting Room'),
    byUserType('UC User'),
    byUserType('Inbound Agent'),
    byUserType('Supervisor'),
    byUserType('Outbound Agent', 'Dialler Agent'),
    byUserType('Switchboard Operator', 'Contact Switchboard Operator'),
    byUserType('UC Switchboard Operator'),
    byUserType('Supervisor Switchboard Operator'),
    byFeature('Recording'),
    byFeature('Conferencing'),
    byFeature('Agent Calls'),
    byFeature('Agent SMS'),
    byFeature('Agent E-mail'),
    byFeature('Agent Web Chat'),
    byFeature('Agent Social Media'),
    byFeature('User Voicemail', 'Unified Communications'),
  ],
  logonSources: [
    both('Agent Desktop', 'desktop'),
    releaseOnly(CONNECTION_LOST, 'desktop'),
    both('Agent Status IVR', 'ivr'),
    releaseOnly('Clear PSTN', 'pstn'),
    both('CRM', 'crm'),
    both('iPath Soft Client', 'soft-client'),
    both('Soft Client', 'soft-client'),
    releaseOnly('Soft Client Forced Log Off', 'soft-client'),
    both('Web iPath Soft Client', 'web-soft-client'),
    both('Paired Device', 'deskphone'),
    both('PSTN Device', 'pstn'),
    both('Fixed Profile Device', 'fixed-device'),
    both('Web Presence', 'presence'),
    both(REFRESH_CONTINGENCY, SYSTEM_FAMILY),
    releaseOnly(SCHEDULED_LOG_OFF, SYSTEM_FAMILY),
  ],
  interfaces: [
    { family: 'desktop', carries: written },
    { family: 'crm', carries: written },
    { family: 'deskphone', carries: spoken },
    { family: 'pstn', carries: spoken },
    { family: 'soft-client', carries: spoken },
    { family: 'web-soft-client', carries: spoken },
    { family: 'fixed-device', carries: spoken },
    { family: 'ivr', carries: spoken },
    { family: 'presence', carries: [] },
    { family: SYSTEM_FAMILY, carries: [] },
    { family: UNKNOWN_FAMILY, carries: [] },
  ],
};

/** storm prints `OUTBOUND Agent`; every other name is taken code point by code point. */
export function licenceTypeName(name: string): string {
  return name.toLowerCase() === 'outbound agent' ? 'Outbound Agent' : name;
}

/** Adds a site's own entries; an entry with the name of a built-in one replaces it. */
export function extendCatalogue(base: Catalogue, own: Partial<Catalogue>): Catalogue {
  const merge = <T>(first: T[], second: T[] | undefined, key: (item: T) => string): T[] => {
    const merged = new Map(first.map((item) => [key(item), item]));
    for (const item of second ?? []) merged.set(key(item), item);
    return [...merged.values()];
  };
  return {
    licenceTypes: merge(base.licenceTypes, own.licenceTypes, (type) => type.name),
    logonSources: merge(base.logonSources, own.logonSources, (source) => source.name),
    interfaces: merge(base.interfaces, own.interfaces, (item) => item.family),
  };
}
