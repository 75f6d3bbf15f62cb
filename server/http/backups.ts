import type { BackupsView } from '../../shared/backups.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { HttpProblem } from './problem.ts';

export const NO_BACKUPS: Omit<BackupsView, 'items'> = {
  everySeconds: null,
  keep: 0,
  running: false,
  lastSuccessAt: null,
  lastFailure: null,
  nextAt: null,
};

/** Copies of the books, made and checked while the daemon goes on. */
export function backupRoutes(app: App, edge: Edge): void {
  const tag = 'Operations';
  const list = describe('Backups', 'Newest first, with how far each goes, and when the next one is due.', {
    tag,
    answer: 'backups',
    answers: { 503: 'Their directory cannot be read: the detail says why' },
  });
  app.get('/api/v1/backups', list, async () => {
    const { backups } = edge.running();
    if (!backups) return json({ items: [], ...NO_BACKUPS } satisfies BackupsView);
    try {
      return json({ items: await backups.list(), ...backups.view() } satisfies BackupsView);
    } catch (error) {
      throw new HttpProblem(503, 'backups_unreadable', `${(error as Error).message}.`);
    }
  });

  const make = describe(
    'Make a backup',
    'Answered when the copy was read whole and has its name. Everything acknowledged before the request is in it.',
    {
      tag,
      answer: 'backup',
      answers: { 201: 'Made', 409: 'There is nothing on a disk to copy', 503: 'It could not be made: the detail says why' },
    },
  );
  app.post('/api/v1/backups', make, async () => {
    const { backups } = edge.running();
    if (!backups) throw new HttpProblem(409, 'not_on_disk', 'The books of this daemon are not kept on a disk.');
    try {
      return json(await backups.make(), 201);
    } catch (error) {
      throw new HttpProblem(503, 'backup_failed', `${(error as Error).message}.`, { headers: { 'Retry-After': '300' } });
    }
  });
}
