import { json } from './describe.ts';
import type { App, Edge } from './edge.ts';

/** `/healthz`: the process lives. `/readyz`: it records and answers; `notes` say what somebody should look at all the same. */
export function healthRoutes(app: App, edge: Edge): void {
  app.get('/healthz', () => json({ status: 'alive' }));
  app.get('/readyz', () => {
    const health = edge.health();
    const notes = edge.notes();
    if (health.state === 'ready') return json({ status: 'ready', ...(notes.length > 0 && { notes }) });
    return json({ status: health.state, reasons: health.reasons }, 503, { 'Retry-After': '5' });
  });
}
