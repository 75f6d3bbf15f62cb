import { DEFAULT_RULES } from '../alerts/default-rules.ts';
import { parseAlertRule, parseTryRule } from '../parse/alerts.ts';
import { readJson } from './body.ts';
import { describe, json } from './describe.ts';
import type { App, Edge } from './edge.ts';
import { existingOrganisation } from './existing.ts';
import { nameInPath } from './path.ts';
import { HttpProblem } from './problem.ts';

const ALL = '/api/v1/organisations/:organisation/alert-rules';
const ONE = `${ALL}/:rule`;

/** What an organisation wants to be warned of. Nothing is in force that nobody asked for: the usual rules are an offer. */
export function alertRuleRoutes(app: App, edge: Edge): void {
  const tag = 'Alerts';
  const alerts = () => edge.running().pipeline.alerts;

  app.get(
    ALL,
    describe('List the alert rules', '`defaults` are rules that make sense for most and may be taken over.', { tag, answer: 'alertRules' }),
    (c) => json({ items: alerts().shown.rules(existingOrganisation(c, edge)), defaults: DEFAULT_RULES }),
  );

  const takeOver = describe('Take over the usual rules', 'Rules of the same id stay as they are.', { tag, answer: 'rulesAdded' });
  app.post(`${ALL}/defaults`, takeOver, async (c) => {
    const organisation = existingOrganisation(c, edge);
    const missing = DEFAULT_RULES.filter(({ id }) => !alerts().shown.rule(organisation, id));
    await alerts().putRules(
      organisation,
      missing.map(({ id, ...rule }) => ({ id, rule })),
    );
    return json({ items: alerts().shown.rules(organisation), added: missing.map(({ id }) => id) });
  });

  const tryOut = describe('Try a rule on the past', 'What it would have done had it been set at `from`; by default 30 days ago.', {
    tag,
    body: 'triedRule',
    answer: 'triedRule',
  });
  app.post(`${ALL}/try`, tryOut, async (c) => {
    const organisation = existingOrganisation(c, edge);
    const { rule, from, to } = parseTryRule(await readJson(c.env, edge), edge.clock.now());
    return json(await edge.running().pipeline.committed.reports(organisation)?.tryRule(rule, from, to));
  });

  app.get(ONE, describe('An alert rule', '', { tag, answer: 'alertRule' }), (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'rule')];
    const rule = alerts().shown.rule(organisation, id);
    if (!rule) throw unknownRule(id);
    return json(rule);
  });

  const put = describe('Set an alert rule', 'A rule that fires goes on under the new one, or is resolved if that does not apply.', {
    tag,
    body: 'alertRule',
    answer: 'alertRule',
  });
  app.put(ONE, put, async (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'rule')];
    const rule = parseAlertRule(id, await readJson(c.env, edge));
    await alerts().putRules(organisation, [{ id, rule }]);
    return json(alerts().shown.rule(organisation, id));
  });

  app.delete(ONE, describe('Remove an alert rule', 'Its alerts are resolved.', { tag, answers: { 204: 'Removed' } }), async (c) => {
    const [organisation, id] = [existingOrganisation(c, edge), nameInPath(c, 'rule')];
    if (!(await alerts().deleteRule(organisation, id))) throw unknownRule(id);
    return c.body(null, 204);
  });
}

const unknownRule = (id: string) => new HttpProblem(404, 'unknown_alert_rule', `There is no alert rule ${JSON.stringify(id)} here.`);
