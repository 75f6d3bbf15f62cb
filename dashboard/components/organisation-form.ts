import { html, nothing, type TemplateResult } from 'lit';
import type { Entitlement, OrganisationSettings, OrganisationView } from '../../shared/organisation.ts';
import { formatInstant } from '../../shared/time.ts';
import { instantOfLocal } from '../format/zone.ts';
import { MOST_PER_ENTITLEMENT } from './settings-limits.ts';

const numberField = (name: string, label: string, value: number | undefined, hint: string) =>
  html`<label class="field"
    ><span>${label}</span><input name=${name} type="number" min="1" step="1" .value=${value === undefined ? '' : String(value)} /><small
      >${hint}</small
    ></label
  >`;

/** What is said about an organisation as a whole. */
export function organisationFields(view: OrganisationView): TemplateResult {
  return html`<div class="fields">
    <label class="field"><span>Name</span><input name="name" .value=${view.name} required /></label>
    <label class="field"
      ><span>Time zone</span><input name="timeZone" .value=${view.timeZone} list="time-zones" required /><small
        >Days, billing periods and all times follow it</small
      ></label
    >
    <datalist id="time-zones">${Intl.supportedValuesOf('timeZone').map((zone) => html`<option value=${zone}></option>`)}</datalist>
    <label class="field"
      ><span>Billing period starts on day</span
      ><input name="billingPeriodStartDay" type="number" min="1" max="28" .value=${String(view.billingPeriodStartDay)} required /><small
        >1 to 28</small
      ></label
    >
    <label class="field"
      ><span>Scheduled log-off at</span><input name="scheduledLogOff" type="time" .value=${view.scheduledLogOff ?? ''} /><small
        >Closes every session; empty: never</small
      ></label
    >
    ${numberField('staleAfterSeconds', 'Session is stale after', view.staleAfterSeconds, 'Seconds; empty: never')}
    ${numberField('defaultLeaseSeconds', 'Lease of a session', view.defaultLeaseSeconds, 'Seconds without a heartbeat; empty: none')}
    ${numberField('feedSilentAfterSeconds', 'Feed is silent after', view.feedSilentAfterSeconds, 'Seconds without an event; empty: never')}
    <label class="field"
      ><span>Counts from</span><input name="effectiveFrom" type="datetime-local" /><small
        >Local time; empty: from now on. Zone and start day count for all time</small
      ></label
    >
  </div>`;
}

/** What a row of the entitlements asks for. */
const ENTITLEMENT = [
  { field: 'concurrent', words: 'Concurrent', step: '1' },
  { field: 'contingency', words: 'Contingency (overflow)', step: '1' },
  { field: 'unitPrice', words: 'Price of a concurrent one', step: 'any' },
  { field: 'contingencyPrice', words: 'Price of an overflow one', step: 'any' },
] as const;

/** How many licences are bought of each type, and at what price. A row without a concurrent number has no entitlement. */
export function entitlementFields(types: readonly string[], entitlements: Record<string, Entitlement>): TemplateResult {
  return html`<table class="table">
    <thead>
      <tr>
        <th scope="col">Licence type</th>
        ${ENTITLEMENT.map(({ words }) => html`<th scope="col">${words}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${types.map(
        (type, index) => html`<tr>
          <th scope="row" data-label="Licence type">${type}</th>
          ${ENTITLEMENT.map(
            ({ field, words, step }) => html`<td data-label=${words}>
              <input
                name="${field}-${index}"
                type="number"
                min="0"
                max=${step === '1' ? MOST_PER_ENTITLEMENT : nothing}
                step=${step}
                aria-label="${type}, ${words.toLowerCase()}"
                .value=${entitlements[type]?.[field]?.toString() ?? ''}
              />
            </td>`,
          )}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Where in the form stands what the daemon says of `entitlements.Agent Calls.concurrent`; names of types may hold dots. */
export const entitlementPlace =
  (types: readonly string[]) =>
  (path: string): string | null => {
    const own = /^entitlements\.(.+)$/.exec(path)?.[1];
    if (own === undefined) return path;
    const field = ENTITLEMENT.find((one) => own.endsWith(`.${one.field}`))?.field;
    const index = types.indexOf(field === undefined ? own : own.slice(0, -field.length - 1));
    return index === -1 ? null : `${field ?? 'concurrent'}-${index}`;
  };

/**
 * The settings that the form asks for. `PUT` replaces everything, so what the form does not show is taken from `view`;
 * but for `effectiveFrom`: without one of its own, a change counts from now, not from when the version before it did.
 */
export function settingsFrom(form: HTMLFormElement, view: OrganisationView, types: readonly string[]): OrganisationSettings {
  const data = new FormData(form);
  const text = (name: string) => String(data.get(name) ?? '').trim();
  const optional = <K extends keyof OrganisationSettings>(name: K) => (text(name) === '' ? {} : { [name]: Number(text(name)) });
  // A map: a type may be called `__proto__`.
  const entitlements = new Map(Object.entries(view.entitlements));
  for (const [index, type] of types.entries()) {
    const concurrent = text(`concurrent-${index}`);
    const price = (name: 'unitPrice' | 'contingencyPrice') =>
      text(`${name}-${index}`) === '' ? {} : { [name]: Number(text(`${name}-${index}`)) };
    if (concurrent === '') entitlements.delete(type);
    else {
      const contingency = Number(text(`contingency-${index}`));
      entitlements.set(type, { concurrent: Number(concurrent), contingency, ...price('unitPrice'), ...price('contingencyPrice') });
    }
  }
  const from = text('effectiveFrom') === '' ? null : instantOfLocal(text('effectiveFrom'), view.timeZone);
  return {
    name: text('name'),
    timeZone: text('timeZone'),
    billingPeriodStartDay: Number(text('billingPeriodStartDay')),
    entitlements: Object.fromEntries(entitlements),
    ...(from === null ? {} : { effectiveFrom: formatInstant(from) }),
    ...(text('scheduledLogOff') === '' ? {} : { scheduledLogOff: text('scheduledLogOff').slice(0, 5) }),
    ...optional('staleAfterSeconds'),
    ...optional('defaultLeaseSeconds'),
    ...optional('feedSilentAfterSeconds'),
  };
}
