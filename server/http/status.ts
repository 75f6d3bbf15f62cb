import type { DaemonStatus } from '../../shared/backups.ts';
import { formatInstant } from '../../shared/time.ts';
import { NO_BACKUPS } from './backups.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';

/** How the daemon itself is, for whoever looks after it. */
export function statusRoutes(app: App, edge: Edge, version: string): void {
  const startedAt = edge.clock.now();
  const status = describe(
    'The state of the daemon',
    'Whether it records, what somebody should look at, backups, and books that were restored with what is missing from them.',
    { tag: 'Operations', answer: 'status' },
  );
  app.get('/api/v1/status', status, () => {
    const { pipeline, restores, backups } = edge.running();
    const health = edge.health();
    return json({
      version,
      startedAt: formatInstant(startedAt),
      epoch: pipeline.committed.epoch,
      seq: pipeline.committed.seq(),
      status: health.state,
      reasons: health.state === 'ready' ? [] : health.reasons,
      notes: edge.notes(),
      backups: backups?.view() ?? NO_BACKUPS,
      restores,
    } satisfies DaemonStatus);
  });
}
