import { beforeEach, expect, it } from 'vitest';
import { createEmitter } from '../../dashboard/client/emitter.ts';
import { createUpgrade } from '../../dashboard/client/upgrade.ts';

let reloads = 0;
const navigation = createEmitter();

beforeEach(() => {
  reloads = 0;
  history.replaceState(null, '', '/settings');
  document.body.innerHTML = '<form class="filters"><input name="user" /></form><form class="settings"><input name="name" /></form>';
});

const type = (name: string) => document.querySelector(`input[name=${name}]`)?.dispatchEvent(new Event('input', { bubbles: true }));

it('UI-8: a reload waits while a form is filled in, is said to wait, and comes when the page is left', () => {
  const upgrade = createUpgrade(document, navigation, () => (reloads += 1));
  type('name');
  upgrade.wanted();
  expect([upgrade.waiting(), reloads]).toEqual([true, 0]);
  history.replaceState(null, '', '/settings?organisation=130');
  navigation.emit();
  expect(reloads).toBe(0);
  history.replaceState(null, '', '/sessions');
  navigation.emit();
  expect(reloads).toBe(1);
});

it('UI-8: filters are no form to be lost', () => {
  const upgrade = createUpgrade(document, navigation, () => (reloads += 1));
  type('user');
  upgrade.wanted();
  expect([upgrade.waiting(), reloads]).toEqual([false, 1]);
});

it('UI-8: a form that is gone holds back nothing, as that of a token on a wall, nor does a dialog that was closed', () => {
  document.body.innerHTML = '<form class="sign-in"><input name="token" /></form><dialog open><input name="note" /></dialog>';
  const upgrade = createUpgrade(document, navigation, () => (reloads += 1));
  type('token');
  document.querySelector('.sign-in')?.remove();
  upgrade.wanted();
  expect([upgrade.waiting(), reloads]).toEqual([false, 1]);
  type('note');
  upgrade.wanted();
  expect([upgrade.waiting(), reloads]).toEqual([true, 1]);
  document.querySelector('dialog')?.removeAttribute('open');
  upgrade.wanted();
  expect(reloads).toBe(2);
});
