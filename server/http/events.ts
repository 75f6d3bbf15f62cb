import { parseEventBody } from '../parse/event-body.ts';
import { readBody, requireMediaType } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';

const NDJSON = 'application/x-ndjson';

/** `POST /api/v1/events`: one event, an array, or NDJSON; all or nothing; answered when durable. */
export function eventRoutes(app: App, edge: Edge): void {
  const { maxEventsPerRequest } = edge.config.limits;
  const doc = describe('Record events', 'One event, an array, or NDJSON. All of them are recorded, or none. Answered only when durable.', {
    tag: 'Events',
    answer: 'ingest',
    body: 'event',
    consumes: [NDJSON],
    answers: {
      200: 'What each event came to. `recomputing: true`, of a late `logout-all`: its records are numbered while the past is worked out again, and read by its event id',
      413: 'Too many events or bytes',
      503: 'Nothing can be recorded at the moment',
    },
  });
  app.post('/api/v1/events', doc, async (c) => {
    const { pipeline } = edge.running();
    const { incoming } = c.env;
    const type = requireMediaType(incoming, ['application/json', NDJSON]);
    const body = await readBody(c.env, edge);
    const events = parseEventBody(body, type === NDJSON ? 'ndjson' : 'json', edge.parser, edge.clock.now(), maxEventsPerRequest);
    return json(await pipeline.ingest(events));
  });
}
