import { parseJson } from '../parse/json.ts';
import { parsePageQuery } from '../parse/query.ts';
import { parseAssignment, parseUsers, parseUsersCsv } from '../parse/users.ts';
import type { Committed } from '../pipeline-types.ts';
import { readBody, readJson, requireMediaType } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { nameInPath, searchOf } from './path.ts';
import { HttpProblem, unknownOrganisation } from './problem.ts';

const ALL = '/api/v1/organisations/:organisation/users';
const ONE = `${ALL}/:user`;

/** What administrators assign to users: it decides which licences a login acquires. */
export function userRoutes(app: App, edge: Edge): void {
  const tag = 'Users';

  app.get(ALL, describe('List the users', '', { tag, query: 'page', answer: 'users' }), (c) => {
    const { committed } = edge.running().pipeline;
    return json(committed.users(existing(committed, nameInPath(c, 'organisation')), parsePageQuery(searchOf(c))));
  });

  app.put(
    ALL,
    describe('Assign to many users', 'Those named are replaced, all others stay.', {
      tag,
      body: 'users',
      answer: 'usersPut',
      consumes: ['text/csv'],
    }),
    async (c) => {
      const { pipeline } = edge.running();
      const organisation = existing(pipeline.committed, nameInPath(c, 'organisation'));
      const type = requireMediaType(c.env.incoming, ['application/json', 'text/csv']);
      const body = await readBody(c.env, edge);
      const users = type === 'text/csv' ? parseUsersCsv(body) : parseUsers(parseJson(body));
      if (users.length > 0) await pipeline.putUsers(organisation, users, c.get('by'));
      return json({ users: users.length });
    },
  );

  app.get(ONE, describe('What a user is assigned', '', { tag, answer: 'user' }), (c) => {
    const { committed } = edge.running().pipeline;
    return json(found(committed, existing(committed, nameInPath(c, 'organisation')), nameInPath(c, 'user')));
  });

  app.put(
    ONE,
    describe('Assign to a user', 'A key that is absent becomes its default. With `effectiveFrom` it counts from that instant.', {
      tag,
      body: 'assignment',
      answer: 'user',
    }),
    async (c) => {
      const { pipeline } = edge.running();
      const user = nameInPath(c, 'user');
      const organisation = existing(pipeline.committed, nameInPath(c, 'organisation'));
      const assignment = parseAssignment(user, await readJson(c.env, edge));
      await pipeline.putUsers(organisation, [assignment], c.get('by'));
      return json(found(pipeline.committed, organisation, user));
    },
  );

  app.delete(ONE, describe('Forget a user’s assignment', 'Open sessions stay.', { tag, answers: { 204: 'Forgotten' } }), async (c) => {
    const { pipeline } = edge.running();
    const user = nameInPath(c, 'user');
    const organisation = existing(pipeline.committed, nameInPath(c, 'organisation'));
    if (!(await pipeline.deleteUser(organisation, user, c.get('by')))) throw unknownUser(user);
    return c.body(null, 204);
  });
}

function existing(committed: Committed, organisation: string): string {
  if (!committed.organisation(organisation)) throw unknownOrganisation(organisation);
  return organisation;
}

function found(committed: Committed, organisation: string, user: string) {
  const view = committed.user(organisation, user);
  if (!view) throw unknownUser(user);
  return view;
}

const unknownUser = (user: string) =>
  new HttpProblem(404, 'unknown_user', `There is no user ${JSON.stringify(user)} in this organisation.`);
