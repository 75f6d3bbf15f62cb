import { html, type TemplateResult } from 'lit';
import type { LicenceRow } from '../../shared/views.ts';
import type { Dashboard } from '../controllers/dashboard.ts';
import { inOrder } from '../format/licence-groups.ts';

export const licenceRows = ({ live, directory }: Dashboard): LicenceRow[] =>
  inOrder(live.state()?.usage.licences ?? [], directory.catalogue());

/** The licence type of the address, else that with the highest level of the period. */
export function chosenType(dashboard: Dashboard): string | null {
  const rows = licenceRows(dashboard);
  const first = rows.reduce<LicenceRow | null>(
    (best, row) => (row.peak.billingPeriod.value > (best?.peak.billingPeriod.value ?? -1) ? row : best),
    null,
  );
  return dashboard.navigation.query('licenceType') ?? first?.licenceType ?? null;
}

/** @param forget of the address: what belongs to the type before */
export function licencePicker(dashboard: Dashboard, forget: Record<string, undefined> = {}): TemplateResult {
  const { navigation } = dashboard;
  const chosen = chosenType(dashboard);
  const names = licenceRows(dashboard).map((row) => row.licenceType);
  const all = chosen === null || names.includes(chosen) ? names : [chosen, ...names];
  const choose = (event: Event) =>
    navigation.go(
      navigation.here({ ...forget, licenceType: (event.target as HTMLSelectElement).value, peakFrom: undefined, peakTo: undefined }),
    );
  return html`<label class="field"
    ><span>Licence type</span
    ><select @change=${choose}>
      ${all.map((name) => html`<option value=${name} .selected=${name === chosen}>${name}</option>`)}
    </select></label
  >`;
}
