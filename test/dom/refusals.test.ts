import { html, render } from 'lit';
import { beforeEach, describe, expect, it } from 'vitest';
import { ProblemError } from '../../dashboard/client/http.ts';
import { entitlementPlace } from '../../dashboard/components/organisation-form.ts';
import { type RefusalOptions, refusals } from '../../dashboard/components/refusals.ts';

const refused = (...errors: [string, string][]) =>
  new ProblemError(400, {
    detail: `Nothing was changed: ${errors.length} problems. First (${errors[0]?.[0]}): ${errors[0]?.[1]}.`,
    errors: errors.map(([path, message]) => ({ path, message })),
  });

describe('what is refused of a form', () => {
  let place: HTMLElement;
  beforeEach(() => {
    place = document.createElement('div');
    document.body.replaceChildren(place);
  });

  async function shown(error: Error | null, options?: RefusalOptions): Promise<HTMLFormElement> {
    render(
      html`<form ${refusals(error, options)}>
        <label class="field"><span>Name</span><input name="name" aria-describedby="hint" /><small id="hint">As on the door</small></label>
        <details><summary>More</summary><label class="field"><span>To</span><input name="to" /></label></details>
        <fieldset><legend>Days</legend><input type="checkbox" name="days" value="mon" /><input type="checkbox" name="days" value="tue" /></fieldset>
        <p class="form-end"><button>Save</button></p>
      </form>`,
      place,
    );
    await Promise.resolve();
    return document.querySelector('form') as HTMLFormElement;
  }
  const control = (form: HTMLFormElement, name: string) => form.querySelector(`[name=${name}]`) as HTMLElement;
  /** What a reader hears of a control beside its name. */
  const described = (form: HTMLFormElement, name: string) =>
    (control(form, name).getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => form.querySelector(`#${id}`)?.textContent ?? '')
      .filter(Boolean);

  it('UI-45: stands beside its field, is tied to it after the hint, and the first refused field has the focus, also in what was folded up', async () => {
    const form = await shown(refused(['times.0.to', 'must be a time'], ['days.3', 'is no day'], ['name', 'is too long']), {
      place: (path) => path.replace(/^times\.0\./, ''),
    });
    expect(described(form, 'name')).toEqual(['As on the door', 'is too long']);
    expect(described(form, 'to')).toEqual(['must be a time']);
    expect(described(form, 'days')).toEqual(['is no day']);
    expect([...form.querySelectorAll('[aria-invalid=true]')].map((one) => one.getAttribute('name'))).toEqual(['name', 'to', 'days']);
    expect(control(form, 'name').closest('.field')?.querySelector('.field-error')?.textContent).toBe('is too long');
    expect(document.activeElement).toBe(control(form, 'name'));
    expect(form.querySelector('[role=alert]')?.textContent).toBe('Nothing was changed: 3 problems. See the 3 marked fields.');
    expect(form.querySelector('[role=alert] li')).toBeNull();
    const again = await shown(refused(['to', 'is still none']));
    expect(again.querySelector('details')?.open).toBe(true);
    expect(document.activeElement).toBe(control(again, 'to'));
    expect(described(again, 'name')).toEqual(['As on the door']);
  });

  it('UI-45: what is about no field stands above the buttons, and all of it goes with the next answer', async () => {
    const form = await shown(refused(['name', 'is too long'], ['report.from', 'lies too far back']));
    const alert = form.querySelector('[role=alert]');
    expect(alert?.textContent).toBe('Nothing was changed: 2 problems:report.from lies too far back');
    expect(alert?.nextElementSibling?.className).toBe('form-end');
    await shown(new Error('The daemon does not answer.'));
    expect(form.querySelector('[role=alert]')?.textContent).toBe('The daemon does not answer.');
    expect(form.querySelector('[aria-invalid], .field-error')).toBeNull();
    await shown(null);
    expect(form.querySelector('[role=alert]')).toBeNull();
    expect(control(form, 'name').getAttribute('aria-describedby')).toBe('hint');
    expect(control(form, 'to').hasAttribute('aria-describedby')).toBe(false);
  });

  it('UI-45: what is wrong with the whole of it is said once', async () => {
    const detail = 'Nothing was taken: the file has no rows.';
    const form = await shown(new ProblemError(400, { detail, errors: [{ path: '', message: detail }] }));
    expect(form.textContent?.split('the file has no rows')).toHaveLength(2);
  });

  it('UI-45: a form that asks while somebody types does not take the focus away, and the same refusal is said once', async () => {
    const error = refused(['to', 'is none']);
    const form = await shown(error, { focus: false });
    control(form, 'name').focus();
    await shown(error, { focus: false });
    expect(document.activeElement).toBe(control(form, 'name'));
    expect(form.querySelectorAll('.field-error')).toHaveLength(1);
  });

  it('UI-45: an entitlement is found by its licence type, whatever its name is made of', () => {
    const placeOf = entitlementPlace(['Agent Calls', 'a.b', 'concurrent', 'x.contingency']);
    expect(
      ['entitlements.Agent Calls.unitPrice', 'entitlements.a.b.contingency', 'entitlements.concurrent.concurrent', 'entitlements.a.b'].map(
        placeOf,
      ),
    ).toEqual(['unitPrice-0', 'contingency-1', 'concurrent-2', 'concurrent-1']);
    expect(['entitlements.Gone.concurrent', 'entitlements', 'timeZone'].map(placeOf)).toEqual([null, 'entitlements', 'timeZone']);
    expect(placeOf('entitlements.x.contingency.unitPrice')).toBe('unitPrice-3');
  });
});
