/** What the simulated organisation has bought: what a usual morning needs, so that a busy one runs into contingency. */
import { BUILT_IN_CATALOGUE, type Catalogue } from '../../shared/catalogue.ts';
import type { Entitlement, OrganisationSettings } from '../../shared/organisation.ts';
import { coverage, onBreak } from './shifts.ts';
import type { Equipment, Member } from './staff.ts';

/** A quiet hour of the morning and one of the afternoon: the busier of the two is paid for. */
const USUAL_HOURS = [10.5, 15.5];
/** Phones are unpaired for a while now and then; screens stay. */
const PHONES_ON = 0.93;
const CONTINGENCY = 0.07;
/** Bought to the mean, so that contingency is entered now and then; of everything else there is a little to spare. */
const TIGHT = ['Inbound Agent', 'Agent Calls', 'Agent Web Chat'];
const TO_SPARE = 1.12;
/** Left without an entitlement, so that an unlimited type can be seen too. */
const UNLIMITED = 'User Voicemail';

/** What a member holds while at work without the extra device: licence type to how likely. */
export function licencesOf(member: Member, catalogue: Catalogue = BUILT_IN_CATALOGUE): Map<string, number> {
  const carried = (equipment: Equipment | null): string[] => {
    const family = catalogue.logonSources.find(({ name }) => name === equipment?.logonSource)?.family;
    return catalogue.interfaces.find((item) => item.family === family)?.carries ?? [];
  };
  const [onScreen, onPhone] = [carried(member.screen), carried(member.phone)];
  const held = new Map<string, number>();
  for (const { name, grantedBy } of catalogue.licenceTypes) {
    if (!grantedBy) continue;
    if ('userType' in grantedBy) {
      if (grantedBy.userType === member.assignment.userType) held.set(name, 1);
    } else if (member.assignment.serviceFeatures.includes(grantedBy.serviceFeature)) {
      if (onScreen.includes(name)) held.set(name, 1);
      else if (onPhone.includes(name)) held.set(name, member.screen ? PHONES_ON : 1);
    }
  }
  return held;
}

/** Mean of licences in use at an hour, by type. */
function expectedAt(hour: number, staff: Member[]): Map<string, number> {
  const expected = new Map<string, number>();
  for (const member of staff) {
    const away = member.breaks === 'log-out' ? onBreak(0, hour) : 0;
    const present = coverage(member.shift, hour) * (1 - away);
    for (const [type, likely] of licencesOf(member)) expected.set(type, (expected.get(type) ?? 0) + present * likely);
  }
  return expected;
}

function entitlementsFor(staff: Member[]): Record<string, Entitlement> {
  const usual = new Map<string, number>();
  for (const hour of USUAL_HOURS) {
    for (const [type, mean] of expectedAt(hour, staff)) usual.set(type, Math.max(mean, usual.get(type) ?? 0));
  }
  const priced = (type: string) => (/^(Agent |Recording|Conferencing)/.test(type) ? 9 : 45);
  return Object.fromEntries(
    [...usual]
      .filter(([type]) => type !== UNLIMITED)
      .map(([type, mean]) => {
        const concurrent = TIGHT.includes(type) ? Math.max(1, Math.round(mean)) : Math.ceil(mean * TO_SPARE) + 1;
        const contingency = Math.max(1, Math.round(concurrent * CONTINGENCY));
        return [type, { concurrent, contingency, unitPrice: priced(type), contingencyPrice: priced(type) * 1.5 }];
      }),
  );
}

/** The whole body of `PUT /api/v1/organisations/{organisation}`. */
export function settingsFor(name: string, staff: Member[]): OrganisationSettings {
  return {
    name,
    timeZone: 'Europe/London',
    billingPeriodStartDay: 1,
    entitlements: entitlementsFor(staff),
    staleAfterSeconds: 12 * 3600,
    feedSilentAfterSeconds: 60,
  };
}
