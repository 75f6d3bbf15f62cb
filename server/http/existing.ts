import type { Context } from 'hono';
import type { AppEnv, Edge } from './edge.ts';
import { nameInPath } from './path.ts';
import { unknownOrganisation } from './problem.ts';

/** The organisation in the path. @throws HttpProblem 404 where there is none */
export function existingOrganisation(c: Context<AppEnv>, edge: Edge): string {
  const organisation = nameInPath(c, 'organisation');
  if (!edge.running().pipeline.committed.organisation(organisation)) throw unknownOrganisation(organisation);
  return organisation;
}
