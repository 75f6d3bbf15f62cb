import { expect, it } from 'vitest';
import { createBuildGuard, type SmallStorage } from '../../dashboard/client/build-guard.ts';

function memory(): SmallStorage {
  const values = new Map<string, string>();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
}

/** A page that can be loaded again and again over the same session storage. */
function browser(storage: () => SmallStorage | undefined = () => undefined) {
  let reloads = 0;
  const load = () => createBuildGuard(storage, () => (reloads += 1));
  return { load, reloads: () => reloads };
}

it('UI-8: a new build reloads the page once, the same build never', () => {
  const store = memory();
  const { load, reloads } = browser(() => store);
  const page = load();
  for (const build of ['a', 'a', 'b', 'b', 'c']) page(build);
  expect(reloads()).toBe(1);
});

it('UI-8: two daemons of different builds behind one name do not make the page spin', () => {
  const store = memory();
  const { load, reloads } = browser(() => store);
  for (let visit = 0; visit < 20; visit += 1) {
    const page = load();
    page('a');
    page('b');
  }
  expect(reloads()).toBe(1);
});

it('UI-8: without a storage that outlives the reload there is no reload', () => {
  const forbidden = browser(() => {
    throw new Error('storage is forbidden');
  });
  const page = forbidden.load();
  page('a');
  page('b');
  expect(forbidden.reloads()).toBe(0);
});
