import { parseAcknowledgement, parseAlertHistoryQuery, parseAlertQuery } from '../parse/alerts.ts';
import { readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { nameInPath, searchOf } from './path.ts';
import { HttpProblem } from './problem.ts';

const ALL = '/api/v1/organisations/:organisation/alerts';

export function alertRoutes(app: App, edge: Edge): void {
  const tag = 'Alerts';
  const alerts = () => edge.running().pipeline.alerts;

  const list = describe('List the alerts', 'Of each rule and licence type the newest, also one that is over.', {
    tag,
    query: 'alerts',
    answer: 'alerts',
  });
  app.get(ALL, list, (c) => {
    const organisation = existingOrganisation(c, edge);
    const { state } = parseAlertQuery(searchOf(c));
    return json({
      items: alerts()
        .shown.alerts(organisation)
        .filter((alert) => state === undefined || alert.state === state),
    });
  });

  const acknowledge = describe('Acknowledge an alert', 'Others see that somebody looks after it. It goes on as before.', {
    tag,
    body: 'acknowledgement',
    answer: 'alert',
  });
  app.post(`${ALL}/:alert/acknowledge`, acknowledge, async (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'alert')];
    const { by, note } = parseAcknowledgement(await readJson(c.env, edge));
    if (!(await alerts().acknowledge(organisation, id, by, note)))
      throw new HttpProblem(404, 'unknown_alert', `There is no alert ${JSON.stringify(id)} here, or there has been another one since.`);
    return json(
      alerts()
        .shown.alerts(organisation)
        .find((alert) => alert.id === id),
    );
  });

  const history = describe(
    'Every step of every alert',
    'With its reason; newest first. A filtered page may be short: go on with `nextCursor`.',
    {
      tag,
      query: 'alertHistory',
      answer: 'alertHistory',
    },
  );
  app.get('/api/v1/organisations/:organisation/alert-history', history, (c) =>
    json(alerts().shown.history(existingOrganisation(c, edge), parseAlertHistoryQuery(searchOf(c)))),
  );
}
