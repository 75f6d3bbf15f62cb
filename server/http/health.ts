import { json, plainly, refTo } from './describe.ts';
import type { App, Edge } from './edge.ts';

/** `/healthz`: the process lives. `/readyz`: it records and answers; `notes` say what somebody should look at all the same. */
export function healthRoutes(app: App, edge: Edge): void {
  app.get(
    '/healthz',
    plainly('Whether the process lives', { 200: { description: 'It does', content: { 'application/json': refTo('alive') } } }),
    () => json({ status: 'alive' }),
  );
  const ready = plainly('Whether it records and answers', {
    200: { description: 'It does', content: { 'application/json': refTo('ready') } },
    503: { description: 'Not yet, or not now: with reasons', content: { 'application/json': refTo('notReady') } },
  });
  app.get('/readyz', ready, () => {
    const health = edge.health();
    const notes = edge.notes();
    if (health.state === 'ready') return json({ status: 'ready', ...(notes.length > 0 && { notes }) });
    return json({ status: health.state, reasons: health.reasons }, 503, { 'Retry-After': '5' });
  });
}
