import { parseMuteTime } from '../parse/mute-times.ts';
import { readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { nameInPath } from './path.ts';
import { HttpProblem } from './problem.ts';

const ALL = '/api/v1/organisations/:organisation/mute-times';
const ONE = `${ALL}/:mute`;

/** Times of the week at which webhooks about some alerts are not wanted. Displays go on showing what is. */
export function muteTimeRoutes(app: App, edge: Edge): void {
  const tag = 'Alerts';
  const alerts = () => edge.running().pipeline.alerts;
  const muteTime = (organisation: string, id: string) =>
    alerts()
      .shown.muteTimes(organisation)
      .find((one) => one.id === id);

  app.get(ALL, describe('List the mute times', '', { tag, answer: 'muteTimes' }), (c) =>
    json({ items: alerts().shown.muteTimes(existingOrganisation(c, edge)) }),
  );

  const add = describe('Add a mute time', 'As `PUT`, under an id that Highwater gives.', {
    tag,
    body: 'muteTime',
    answer: 'muteTime',
    answers: { 201: 'Added' },
  });
  app.post(ALL, add, async (c) => {
    const organisation = existingOrganisation(c, edge);
    const given = parseMuteTime(null, await readJson(c.env, edge));
    const id = await alerts().addMuteTime(organisation, given);
    const Location = `/api/v1/organisations/${encodeURIComponent(organisation)}/mute-times/${id}`;
    return json(muteTime(organisation, id), 201, { Location });
  });

  app.get(ONE, describe('A mute time', '', { tag, answer: 'muteTime' }), (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'mute')];
    const found = muteTime(organisation, id);
    if (!found) throw unknownMuteTime(id);
    return json(found);
  });

  const put = describe('Set a mute time', "On the organisation's clock. What still fires when it ends is told then.", {
    tag,
    body: 'muteTime',
    answer: 'muteTime',
  });
  app.put(ONE, put, async (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'mute')];
    const given = parseMuteTime(id, await readJson(c.env, edge));
    await alerts().putMuteTime(organisation, id, given);
    return json(muteTime(organisation, id));
  });

  app.delete(ONE, describe('Remove a mute time', '', { tag, answers: { 204: 'Removed' } }), async (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'mute')];
    if (!(await alerts().deleteMuteTime(organisation, id))) throw unknownMuteTime(id);
    return c.body(null, 204);
  });
}

const unknownMuteTime = (id: string) => new HttpProblem(404, 'unknown_mute_time', `There is no mute time ${JSON.stringify(id)} here.`);
