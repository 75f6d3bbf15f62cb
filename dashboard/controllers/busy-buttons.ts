/**
 * Buttons whose order is under way: they take no second press, but keep the focus, which a disabled button loses to nowhere.
 * Enter in a field presses the form's button too, so clicks are all that has to be held.
 */
export function holdBusyButtons(document: Document): void {
  const hold = (event: Event) => {
    if (!(event.target as Element | null)?.closest?.('[aria-disabled="true"]')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener('click', hold, true);
}
