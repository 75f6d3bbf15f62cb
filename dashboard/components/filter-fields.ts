import { html, type TemplateResult } from 'lit';

/** A field of a filter; its name is that of the query parameter, in the address and in the API. */
export function textFilter(name: string, label: string, value: string, type = 'text'): TemplateResult {
  return html`<label class="field"><span>${label}</span><input name=${name} type=${type} .value=${value} autocomplete="off" /></label>`;
}

export function choiceFilter(
  name: string,
  label: string,
  value: string,
  choices: readonly string[],
  words: (choice: string) => string = (choice) => choice,
): TemplateResult {
  return html`<label class="field"
    ><span>${label}</span
    ><select name=${name}>
      <option value="" .selected=${value === ''}>All</option>
      ${choices.map((choice) => html`<option value=${choice} .selected=${choice === value}>${words(choice)}</option>`)}
    </select></label
  >`;
}

/** The values of a filter form by name; what is empty is absent. */
export function filterValues(form: HTMLFormElement): Record<string, string> {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}
