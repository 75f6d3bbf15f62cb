import type { VerifyView } from '../../shared/backups.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { HttpProblem } from './problem.ts';

const NEVER: VerifyView = { running: false, entries: 0, startedAt: null, last: null };
const PATH = '/api/v1/verify';

/** Is what the daemon says right? Derived from the records again while it goes on. */
export function verifyRoutes(app: App, edge: Edge): void {
  const tag = 'Operations';
  const view = describe('What verify found', 'How far it is, and what was found the last time since the daemon started.', {
    tag,
    answer: 'verify',
  });
  app.get(PATH, view, () => json(edge.running().verifier?.view() ?? NEVER));

  const start = describe(
    'Verify the books',
    'Everything is derived from the records again, from a copy of what is committed, in a process of its own. Begins one unless one is under way.',
    { tag, answer: 'verify', answers: { 202: 'Under way', 409: 'There is nothing on a disk to look at' } },
  );
  app.post(PATH, start, () => {
    const { verifier } = edge.running();
    if (!verifier) throw new HttpProblem(409, 'not_on_disk', 'The books of this daemon are not kept on a disk.');
    verifier.start();
    return json(verifier.view(), 202);
  });
}
