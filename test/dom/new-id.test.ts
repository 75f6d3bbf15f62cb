import { expect, it } from 'vitest';
import { idFor } from '../../dashboard/format/new-id.ts';

it('UI-48 what is new on a page gets an id of its name that nothing else has', () => {
  expect(idFor('Nearly full!', [])).toBe('nearly-full');
  expect(idFor('Nearly full', ['nearly-full', 'nearly-full-2'])).toBe('nearly-full-3');
  expect(idFor('Zoë 😀', [])).toBe('zoë');
  expect(idFor('…', ['new'])).toBe('new-2');
  expect([...idFor('ü'.repeat(128), [])]).toHaveLength(60);
});
