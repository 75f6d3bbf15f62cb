import { expect, it } from 'vitest';
import { brokenInvariant } from '../../server/books/invariants.ts';
import { loadBooks } from '../../server/books/load.ts';
import type { Organisation, TypeState } from '../../server/books/organisation.ts';
import { USUAL_PACE } from '../../server/books/packs.ts';
import { createGrants } from '../../server/licensing/assignment.ts';
import { BUILT_IN_CATALOGUE } from '../../shared/catalogue.ts';
import { ORGANISATION, openTestBooks } from '../support/books.ts';

const START = Date.parse('2026-11-24T08:00:00Z');

/** Two users, three holdings, one of the two in contingency. */
async function loaded(): Promise<[Organisation, TypeState]> {
  const books = await openTestBooks(START);
  await books.settings({ entitlements: { Recording: { concurrent: 1, contingency: 1 } } });
  await books.send({ user: 'a', licences: ['Recording'] }, { user: 'b', licences: ['Recording'] });
  await books.send({ user: 'b', device: 'second', licences: ['Recording'] });
  const effort = { atOnce: 1, perPiece: 1 };
  const { organisations } = loadBooks(books.store, createGrants(BUILT_IN_CATALOGUE), effort, USUAL_PACE);
  const organisation = organisations.get(ORGANISATION) as Organisation;
  return [organisation, organisation.types.get('Recording') as TypeState];
}

it('LIC-13 books that are right break nothing, and a type that nobody ever used neither', async () => {
  const [organisation] = await loaded();
  expect(brokenInvariant(organisation, 'Recording')).toBeNull();
  expect(brokenInvariant(organisation, 'Agent Calls')).toBeNull();
});

it.each<[string, (state: TypeState) => void, string]>([
  ['a count below nothing', ({ pools }) => Object.assign(pools.used, { 'over-limit': -1, concurrent: 2 }), 'a count is negative'],
  ['pools that do not add up', ({ pools }) => pools.used.concurrent++, '3 in the pools, 2 users'],
  ['more users than holdings', ({ pools }) => Object.assign(pools, { holdings: 1 }), '2 users with 1 holdings'],
  [
    'levels that are not those of the pools',
    ({ usage }) => Object.assign(usage, { level: [2, 2, 0, 0] }),
    'levels 2, 2, 0, 0 are not those',
  ],
])('LIC-13 %s: said in words, with the type and the organisation', async (_, spoil, words) => {
  const [organisation, state] = await loaded();
  spoil(state);
  expect(brokenInvariant(organisation, 'Recording')).toContain(`Recording of ${ORGANISATION}: ${words}`);
});
