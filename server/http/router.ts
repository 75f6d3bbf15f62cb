/** Every route of the daemon, behind the same three questions: is the path readable, may this page ask, may this token. */
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { alertRuleRoutes } from './alert-rules.ts';
import { alertRoutes } from './alerts.ts';
import { anomalyRoutes } from './anomalies.ts';
import { bearerToken, neededCapability } from './auth.ts';
import { backupRoutes } from './backups.ts';
import { billingRoutes } from './billing.ts';
import { catalogueRoutes } from './catalogue.ts';
import { chainRoutes } from './chain.ts';
import { changeRoutes } from './changes.ts';
import type { App, AppEnv, Edge } from './edge.ts';
import { eventRoutes } from './events.ts';
import { forecastRoutes } from './forecast.ts';
import { healthRoutes } from './health.ts';
import { historyRoutes } from './history.ts';
import { holderRoutes } from './holders.ts';
import { importRoutes } from './import.ts';
import { levelRoutes } from './levels.ts';
import { metricRoutes } from './metrics.ts';
import { muteTimeRoutes } from './mute-times.ts';
import { openApiRoutes } from './openapi.ts';
import { organisationUsageRoutes } from './organisation-usage.ts';
import { organisationRoutes } from './organisations.ts';
import { checkPathEncoding } from './path.ts';
import { HttpProblem, internalProblem, knownProblem, problemResponse } from './problem.ts';
import { recordRoutes } from './records.ts';
import { reportRoutes } from './reports.ts';
import { savedReportRoutes } from './saved-reports.ts';
import { sessionRoutes } from './sessions.ts';
import { silenceRoutes } from './silences.ts';
import { statementRoutes } from './statements.ts';
import { type StaticFiles, staticRoutes } from './static.ts';
import { statusRoutes } from './status.ts';
import { upgradeRequiredRoutes } from './upgrade-required.ts';
import { usageRoutes } from './usage.ts';
import { userRoutes } from './users.ts';
import { vendorFigureRoutes } from './vendor-figures.ts';
import { verifyRoutes } from './verify.ts';
import { webhookPreviewRoutes } from './webhook-preview.ts';
import { webhookRoutes } from './webhooks.ts';
import { whatIfRoutes } from './what-if.ts';

export function createRouter(edge: Edge, { files, version }: { files: StaticFiles; version: string }): App {
  const app: App = new Hono<AppEnv>();
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) =>
        problemResponse(
          new HttpProblem(405, 'method_not_allowed', `${c.req.method} is not for this path; ${methods.join(', ')} is.`, {
            headers: { Allow: methods.join(', ') },
          }),
        ),
    }),
  );
  app.use(async (c, next) => {
    const { headers, method = 'GET', url = '/' } = c.env.incoming;
    edge.guard.host(headers.host);
    checkPathEncoding(url);
    if (method !== 'GET' && method !== 'HEAD') edge.guard.origin(headers.origin);
    c.set('by', edge.auth.authorise(bearerToken(headers.authorization), neededCapability(method, c.req.path)));
    await next();
  });

  for (const add of [healthRoutes, metricRoutes, eventRoutes, organisationRoutes, userRoutes, usageRoutes, levelRoutes, forecastRoutes])
    add(app, edge);
  for (const add of [sessionRoutes, holderRoutes, recordRoutes, anomalyRoutes, changeRoutes, catalogueRoutes, importRoutes]) add(app, edge);
  for (const add of [historyRoutes, organisationUsageRoutes, reportRoutes, savedReportRoutes]) add(app, edge);
  for (const add of [billingRoutes, statementRoutes, vendorFigureRoutes, whatIfRoutes]) add(app, edge);
  for (const add of [alertRuleRoutes, alertRoutes, silenceRoutes, muteTimeRoutes, webhookRoutes, webhookPreviewRoutes]) add(app, edge);
  backupRoutes(app, edge);
  verifyRoutes(app, edge);
  chainRoutes(app, edge);
  statusRoutes(app, edge, version);
  upgradeRequiredRoutes(app);
  openApiRoutes(app, version);
  staticRoutes(app, files);

  app.notFound((c) => problemResponse(new HttpProblem(404, 'not_found', `There is nothing at ${c.req.path.slice(0, 200)}.`)));
  app.onError((error, c) => {
    const known = knownProblem(error);
    if (known) {
      edge.refused(known.code);
      return problemResponse(known);
    }
    edge.log.error({ err: error, method: c.req.method, path: c.req.path.slice(0, 200) }, 'a request failed');
    return problemResponse(internalProblem());
  });
  return app;
}
