import { expect, it } from 'vitest';
import { holdBusyButtons } from '../../dashboard/controllers/busy-buttons.ts';

it('UI-56: a button whose order is under way takes no second press', () => {
  holdBusyButtons(document);
  document.body.innerHTML =
    '<form><button aria-disabled="true"><span>Save</span></button><button aria-disabled="false">Clear</button></form>';
  const pressed: string[] = [];
  for (const button of document.querySelectorAll('button')) button.addEventListener('click', () => pressed.push(button.textContent));
  document.querySelector('form')?.addEventListener('submit', (event) => event.preventDefault());
  document.querySelector('span')?.click();
  for (const button of document.querySelectorAll('button')) button.click();
  expect(pressed).toEqual(['Clear']);
});
