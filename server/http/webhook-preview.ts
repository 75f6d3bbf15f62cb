import { parsePreview } from '../parse/webhook-template.ts';
import { previewOf } from '../webhooks/preview.ts';
import { readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { webhookChecks } from './webhook-checks.ts';

/** What a receiver would get. */
export function webhookPreviewRoutes(app: App, edge: Edge): void {
  const text = describe(
    'What a receiver would get',
    'A made-up message of a `type`, by default alert.firing, in a format. Nothing is sent.',
    {
      tag: 'Webhooks',
      body: 'webhookPreview',
      answer: 'webhookPreview',
    },
  );
  app.post('/api/v1/organisations/:organisation/webhooks/preview', text, async (c) => {
    const organisation = existingOrganisation(c, edge);
    const given = parsePreview(await readJson(c.env, edge), webhookChecks(edge));
    return json(previewOf({ ...given, organisation }, edge.clock.now(), edge.config.publicOrigins[0] ?? ''));
  });
}
