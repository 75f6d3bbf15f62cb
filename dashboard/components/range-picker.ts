import { html, nothing, type TemplateResult } from 'lit';
import type { Dashboard } from '../controllers/dashboard.ts';
import { rangeInWords, rangePresets, readRange, type TimeRange } from '../format/range.ts';
import { zoneLabel } from '../format/time.ts';
import { localOfInstant } from '../format/zone.ts';
import { filterValues } from './filter-fields.ts';

/** The range that the address asks for: yesterday where it names none. */
export function chosenRange({ navigation, live, timeZone }: Dashboard): TimeRange {
  return readRange(navigation.query('from'), navigation.query('to'), live.serverNow(), timeZone());
}

/** The range in words, its zone, and the ways to another; each is an address of its own, so that Back leads to the one before. */
export function rangePicker(dashboard: Dashboard, forget: Record<string, undefined> = {}): TemplateResult {
  const { navigation, live } = dashboard;
  const zone = dashboard.timeZone();
  const range = chosenRange(dashboard);
  const [from, to] = [localOfInstant(range.from, zone), localOfInstant(range.to, zone)];
  const choose = (event: Event) => {
    event.preventDefault();
    const values = filterValues(event.currentTarget as HTMLFormElement);
    navigation.go(navigation.here({ ...forget, from: values['from'], to: values['to'] }));
  };
  const startDay = dashboard.organisation()?.billingPeriodStartDay ?? 1;
  return html`<section class="range" aria-label="Range">
    <p class="range-words"><strong>${rangeInWords(range, zone)}</strong> <span class="soft">${zoneLabel(range.from, zone)}</span></p>
    <nav class="range-presets" aria-label="Ranges">
      ${rangePresets(live.serverNow(), zone, startDay).map(
        (preset) =>
          html`<a
            class="button"
            href=${navigation.here({ ...forget, from: preset.from, to: preset.to })}
            aria-current=${preset.from === from && preset.to === to ? 'true' : nothing}
            >${preset.words}</a
          >`,
      )}
    </nav>
    <form class="range-form" @submit=${choose}>
      <label class="field"><span>From</span><input name="from" type="datetime-local" required .value=${from} /></label>
      <label class="field"><span>To (not included)</span><input name="to" type="datetime-local" required .value=${to} /></label>
      <button class="button">Show</button>
    </form>
  </section>`;
}
