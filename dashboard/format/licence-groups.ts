import type { Catalogue } from '../../shared/catalogue.ts';
import { LOCALE } from '../../shared/numbers.ts';
import type { LicenceRow } from '../../shared/views.ts';

const collator = new Intl.Collator(LOCALE, { numeric: true });
/** `Queue 2` before `Queue 10`; names that read the same stay apart. */
const byName = (a: string, b: string) => collator.compare(a, b) || (a < b ? -1 : 1);

export interface LicenceGroup {
  title: string;
  rows: LicenceRow[];
}

/** Rows by what grants them, in the catalogue's order: every type keeps its place on the page whatever the numbers do. */
export function licenceGroups(rows: readonly LicenceRow[], catalogue: Catalogue): LicenceGroup[] {
  const rest = new Map(rows.map((row) => [row.licenceType, row]));
  const take = (wanted: 'userType' | 'serviceFeature'): LicenceRow[] =>
    catalogue.licenceTypes.flatMap(({ name, grantedBy }) => {
      const row = rest.get(name);
      if (!row || grantedBy === null || !(wanted in grantedBy)) return [];
      rest.delete(name);
      return [row];
    });
  const groups = [
    { title: 'User types', rows: take('userType') },
    { title: 'Service features', rows: take('serviceFeature') },
    { title: 'Other licence types', rows: [...rest.values()].sort((a, b) => byName(a.licenceType, b.licenceType)) },
  ];
  return groups.filter((group) => group.rows.length > 0);
}

export const inOrder = (rows: readonly LicenceRow[], catalogue: Catalogue): LicenceRow[] =>
  licenceGroups(rows, catalogue).flatMap((group) => group.rows);
