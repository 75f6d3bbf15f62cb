import { json } from './describe.ts';
import type { App, Edge } from './edge.ts';

/** `/healthz`: the process lives. `/readyz`: it records and answers. */
export function healthRoutes(app: App, edge: Edge): void {
  app.get('/healthz', () => json({ status: 'alive' }));
  app.get('/readyz', () => {
    const health = edge.health();
    if (health.state === 'ready') return json({ status: 'ready' });
    return json({ status: health.state, reasons: health.reasons }, 503, { 'Retry-After': '5' });
  });
}
