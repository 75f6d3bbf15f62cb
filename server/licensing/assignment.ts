import type { Catalogue, LicenceType } from '../../shared/catalogue.ts';
import { UNKNOWN_FAMILY } from '../../shared/catalogue.ts';
import type { Assignment } from '../../shared/organisation.ts';

/** The catalogue, arranged for the questions that every login asks. */
export interface Grants {
  /** Family of a logon source; `unknown` where the catalogue does not list it. */
  family(logonSource: string): string;
  knowsSource(logonSource: string): boolean;
  knowsType(licenceType: string): boolean;
  /**
   * The licence types that a login acquires: that of the user's type, and those of the user's service features that the
   * interface can carry. A user type or feature that the catalogue does not know grants nothing.
   */
  acquiredBy(assignment: Assignment | undefined, logonSource: string): string[];
}

export function createGrants(catalogue: Catalogue): Grants {
  const sources = new Map(catalogue.logonSources.map((source) => [source.name, source]));
  const carries = new Map(catalogue.interfaces.map((item) => [item.family, new Set(item.carries)]));
  const types = new Set(catalogue.licenceTypes.map((type) => type.name));
  const byUserType = groupBy(catalogue.licenceTypes, (type) =>
    type.grantedBy && 'userType' in type.grantedBy ? type.grantedBy.userType : null,
  );
  const byFeature = groupBy(catalogue.licenceTypes, (type) =>
    type.grantedBy && 'serviceFeature' in type.grantedBy ? type.grantedBy.serviceFeature : null,
  );
  const family = (source: string): string => sources.get(source)?.family ?? UNKNOWN_FAMILY;

  return {
    family,
    knowsSource: (source) => sources.has(source),
    knowsType: (type) => types.has(type),
    acquiredBy(assignment, source) {
      if (!assignment) return [];
      const carried = carries.get(family(source));
      const acquired = new Set(assignment.userType === undefined ? [] : byUserType.get(assignment.userType));
      for (const feature of assignment.serviceFeatures) {
        for (const type of byFeature.get(feature) ?? []) if (carried?.has(type)) acquired.add(type);
      }
      return [...acquired];
    },
  };
}

function groupBy(types: LicenceType[], key: (type: LicenceType) => string | null): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const type of types) {
    const name = key(type);
    if (name !== null) groups.set(name, [...(groups.get(name) ?? []), type.name]);
  }
  return groups;
}
