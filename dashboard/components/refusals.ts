import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';
import type { FieldProblem } from '../../shared/problems.ts';
import { fieldErrors, refusalWords } from './problem-report.ts';

/** The name of the control that a problem's path is about, where it is another; `null`: it is about none. */
export type PlaceOf = (path: string) => string | null;

export interface RefusalOptions {
  place?: PlaceOf;
  /** Whether the first refused field gets the focus; not in a form that asks while somebody types. Default true. */
  focus?: boolean;
}

const samePlace: PlaceOf = (path) => path;
/** The control of a path, or of what it is part of: `times.0.from` is said at `times` where nothing is nearer. */
function controlOf(form: HTMLFormElement, path: string, place: PlaceOf): HTMLElement | null {
  for (let whole: string | null = path; whole !== null && whole !== ''; whole = whole.replace(/(^|\.)[^.]*$/, '')) {
    const found = form.elements.namedItem(place(whole) ?? '');
    const control = found instanceof RadioNodeList ? found[0] : found;
    if (control instanceof HTMLElement) return control;
  }
  return null;
}

/**
 * Says what the daemon refused of a form where it was entered: beside the field, tied to it for those who listen, the first one in focus.
 * What is about no field stands above the form's buttons.
 */
class RefusalsDirective extends Directive {
  #shown: Error | null = null;
  readonly #undo: (() => void)[] = [];

  override render(_error: Error | null, _options?: RefusalOptions) {
    return noChange;
  }

  override update(part: ElementPart, [error, options = {}]: [Error | null, RefusalOptions?]) {
    if (error === this.#shown) return noChange;
    this.#shown = error;
    const form = part.element as HTMLFormElement;
    // The form's own fields are rendered after this.
    queueMicrotask(() => {
      for (const undo of this.#undo.splice(0)) undo();
      if (error !== null && error === this.#shown) this.#show(form, error, options);
    });
    return noChange;
  }

  #show(form: HTMLFormElement, error: Error, { place = samePlace, focus = true }: RefusalOptions): void {
    const placed = new Map<HTMLElement, string[]>();
    const rest: FieldProblem[] = [];
    for (const problem of fieldErrors(error)) {
      const control = controlOf(form, problem.path, place);
      if (control) placed.set(control, [...(placed.get(control) ?? []), problem.message]);
      else rest.push(problem);
    }
    // Two forms of a page may have fields of one name.
    const prefix = `refusal-${[...document.forms].indexOf(form)}`;
    for (const [nth, [control, messages]] of [...placed].entries()) this.#say(control, messages.join('; '), `${prefix}-${nth}`);
    const summary = this.#element('div', 'problem', refusalWords(error, placed.size, rest.length));
    summary.setAttribute('role', 'alert');
    if (rest.length > 0) summary.append(listOf(rest));
    const end = form.querySelector('.form-end');
    if (end) end.before(summary);
    else form.append(summary);
    if (!focus) return;
    const first = [...form.elements].find((control) => placed.has(control as HTMLElement)) as HTMLElement | undefined;
    first?.closest('details')?.setAttribute('open', '');
    first?.focus();
  }

  #say(control: HTMLElement, words: string, id: string): void {
    const message = this.#element('small', 'field-error', words);
    message.id = id;
    // Within a label it would become part of the field's name, and be read twice.
    message.setAttribute('aria-hidden', 'true');
    (control.closest('.field, td, fieldset') ?? control.parentElement ?? control).append(message);
    const before = control.getAttribute('aria-describedby');
    control.setAttribute('aria-invalid', 'true');
    control.setAttribute('aria-describedby', [before, message.id].filter(Boolean).join(' '));
    this.#undo.push(() => {
      control.removeAttribute('aria-invalid');
      if (before === null) control.removeAttribute('aria-describedby');
      else control.setAttribute('aria-describedby', before);
    });
  }

  #element(tag: string, name: string, text: string): HTMLElement {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    this.#undo.push(() => element.remove());
    return element;
  }
}

function listOf(problems: readonly FieldProblem[]): HTMLElement {
  const list = document.createElement('ul');
  for (const { path, message } of problems) {
    const item = document.createElement('li');
    const code = document.createElement('code');
    code.textContent = path;
    item.append(code, ` ${message}`);
    list.append(item);
  }
  return list;
}

/** @example html`<form ${refusals(this.#saving.error)} @submit=${this.#save}>…<p class="form-end">…</p></form>` */
export const refusals = directive(RefusalsDirective);
