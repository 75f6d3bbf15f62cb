import { expect, it } from 'vitest';
import { alertWords } from '../../dashboard/format/alert-facts.ts';

it('UI-74: an alert whose rule is not read yet shows no number: a bare 0.97 would be read as one licence', () => {
  const alert = { rule: 'utilisation-90', value: 0.97, threshold: 0.9 };
  expect(alertWords(alert, undefined, undefined)).toEqual({ title: 'utilisation-90', now: '', limit: '' });
});
