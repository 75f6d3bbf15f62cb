import { parseSilence } from '../parse/alerts.ts';
import { readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { nameInPath } from './path.ts';
import { HttpProblem } from './problem.ts';

const ALL = '/api/v1/organisations/:organisation/silences';
const ONE = `${ALL}/:silence`;

/** Silences keep webhooks back, never the state: displays go on showing what is. */
export function silenceRoutes(app: App, edge: Edge): void {
  const tag = 'Alerts';
  const alerts = () => edge.running().pipeline.alerts;

  app.get(ALL, describe('List the silences', 'Those that are not over.', { tag, answer: 'silences' }), (c) =>
    json({ items: alerts().shown.silences(existingOrganisation(c, edge)) }),
  );

  app.get(ONE, describe('A silence', 'While it is not over.', { tag, answer: 'silence' }), (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'silence')];
    const found = alerts()
      .shown.silences(organisation)
      .find((one) => one.id === id);
    if (!found) throw unknownSilence(id);
    return json(found);
  });

  const add = describe('Silence alerts', 'What still fires when the silence is over is told then.', {
    tag,
    body: 'silence',
    answer: 'silence',
    answers: { 201: 'Silenced' },
  });
  app.post(ALL, add, async (c) => {
    const organisation = existingOrganisation(c, edge);
    const given = parseSilence(await readJson(c.env, edge), edge.clock.now());
    const silence = await alerts().addSilence(organisation, given);
    const Location = `/api/v1/organisations/${encodeURIComponent(organisation)}/silences/${silence.id}`;
    return json(silence, 201, { Location });
  });

  app.delete(ONE, describe('Lift a silence', '', { tag, answers: { 204: 'Lifted' } }), async (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'silence')];
    if (!(await alerts().deleteSilence(organisation, id))) throw unknownSilence(id);
    return c.body(null, 204);
  });
}

const unknownSilence = (id: string) => new HttpProblem(404, 'unknown_silence', `There is no silence ${JSON.stringify(id)} here.`);
