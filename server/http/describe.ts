/** What a route says of itself in the OpenAPI document, and the plain JSON answer. */
import type { MiddlewareHandler } from 'hono';
import { describeRoute } from 'hono-openapi';
import { z } from 'zod';
import { acknowledgeSchema, alertHistoryQuery, alertQuery, ruleSchema, silenceSchema, tryRuleSchema } from '../parse/alerts.ts';
import { billingQuery, comparisonQuery, peakQuery, statementQuery } from '../parse/billing-query.ts';
import { eventSchema } from '../parse/events.ts';
import { inputSchema } from '../parse/fields.ts';
import { historyQuery } from '../parse/history-query.ts';
import { muteTimeSchema } from '../parse/mute-times.ts';
import { entitlementsSchema, settingsSchema } from '../parse/organisation.ts';
import { organisationUsageQuery } from '../parse/organisation-usage-query.ts';
import {
  anomalyQuery,
  chainQuery,
  changeQuery,
  forecastQuery,
  importQuery,
  levelsQuery,
  pageQuery,
  parseNoQuery,
  recordQuery,
  reportFileQuery,
  sessionQuery,
} from '../parse/query.ts';
import { reportSchema } from '../parse/report-body.ts';
import { runQuery, savedReportSchema } from '../parse/saved-report.ts';
import { assignmentSchema, userSchema } from '../parse/users.ts';
import { deleteFiguresQuery, figureSchema, figuresQuery, giveFiguresQuery } from '../parse/vendor-figures.ts';
import { previewSchema } from '../parse/webhook-template.ts';
import { deliveryQuery, retryFailedSchema, rotationSchema, webhookSchema } from '../parse/webhooks.ts';
import { whatIfSchema } from '../parse/what-if.ts';
import type { AnswerName } from './answers.ts';
import type { AppEnv } from './edge.ts';
import { searchOf } from './path.ts';

const BODIES = {
  event: z.union([eventSchema, z.array(eventSchema)]),
  organisation: settingsSchema,
  entitlements: entitlementsSchema,
  assignment: assignmentSchema,
  users: z.array(userSchema),
  alertRule: ruleSchema,
  triedRule: tryRuleSchema,
  acknowledgement: acknowledgeSchema,
  silence: silenceSchema,
  muteTime: muteTimeSchema,
  webhook: webhookSchema,
  webhookPreview: previewSchema,
  rotation: rotationSchema,
  retryFailed: retryFailedSchema,
  report: reportSchema,
  savedReport: savedReportSchema,
  whatIf: whatIfSchema,
  figures: z.array(figureSchema),
};
const QUERIES = {
  page: pageQuery,
  sessions: sessionQuery,
  records: recordQuery,
  reportFile: reportFileQuery,
  run: runQuery,
  anomalies: anomalyQuery,
  changes: changeQuery,
  chain: chainQuery,
  levels: levelsQuery,
  forecast: forecastQuery,
  import: importQuery,
  history: historyQuery,
  organisationUsage: organisationUsageQuery,
  billing: billingQuery,
  statement: statementQuery,
  comparison: comparisonQuery,
  figures: figuresQuery,
  giveFigures: giveFiguresQuery,
  deleteFigures: deleteFiguresQuery,
  peak: peakQuery,
  alerts: alertQuery,
  alertHistory: alertHistoryQuery,
  deliveries: deliveryQuery,
};

export interface RouteText {
  tag: string;
  body?: keyof typeof BODIES;
  /** No body is `{}`. */
  bodyIsOptional?: true;
  query?: keyof typeof QUERIES;
  /** Shape of the answer where all is well. */
  answer?: AnswerName;
  /** Shapes of other successes, by status. */
  otherAnswers?: Record<number, AnswerName>;
  /** By status; the refusals are filled in, and 200 where no other success is named. */
  answers?: Record<number, string>;
  /** Media types of the answer 200 besides JSON. */
  produces?: string[];
  /** Media types of the body besides JSON. */
  consumes?: string[];
}

export function describe(
  summary: string,
  description: string,
  { tag, body, bodyIsOptional, query, answer: shape, otherAnswers = {}, answers = {}, produces = [], consumes = [] }: RouteText,
): MiddlewareHandler {
  const texts: Record<string, string> = {
    ...(!Object.keys(answers).some((status) => Number(status) < 300) && { 200: 'Done' }),
    ...answers,
    400: 'Refused',
    default: 'A problem',
  };
  const contentOf = (status: string) => ({
    ...((otherAnswers[Number(status)] ?? shape) && { 'application/json': refTo((otherAnswers[Number(status)] ?? shape) as AnswerName) }),
    ...(status === '200' && Object.fromEntries(produces.map((type) => [type, { schema: fileSchema(type) }]))),
  });
  const described = describeRoute({
    summary,
    ...(description !== '' && { description }),
    tags: [tag],
    ...(query && { parameters: parameters(QUERIES[query]) }),
    ...((body || consumes.length > 0) && {
      requestBody: {
        required: !bodyIsOptional,
        content: {
          ...(body && { 'application/json': { schema: inputSchema(BODIES[body]) } }),
          ...Object.fromEntries(consumes.map((type) => [type, { schema: type === 'multipart/form-data' ? FORM : fileSchema(type) }])),
        },
      },
    }),
    responses: Object.fromEntries(Object.entries(texts).map(([status, said]) => [status, answer(status, said, contentOf(status))])),
  } as Parameters<typeof describeRoute>[0]);
  return query ? described : withoutQuery(described);
}

/** Text is told as such; what is none, as bytes. */
const fileSchema = (type: string) => ({
  type: 'string',
  ...(!(type.startsWith('text/') || type.endsWith('ndjson')) && { format: 'binary' }),
});
const FORM = { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } };

export const refTo = (shape: AnswerName) => ({ schema: { $ref: `#/components/schemas/${shape}` } });
const PROBLEM = { 'application/problem+json': refTo('Problem') };

/** A read without parameters refuses those that it is given, as others refuse those that they do not know. */
function withoutQuery(described: MiddlewareHandler): MiddlewareHandler {
  const refusing: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') parseNoQuery(searchOf(c));
    await next();
  };
  // What hono-openapi reads hangs on the handler.
  return Object.assign(refusing, described);
}

function answer(status: string, description: string, content: Record<string, object>) {
  if (status === '204') return { description };
  return { description, content: Number(status) < 400 ? content : PROBLEM };
}

function parameters(schema: z.ZodObject) {
  const { properties = {}, required = [] } = inputSchema(schema) as { properties?: Record<string, object>; required?: string[] };
  return Object.entries(properties).map(([name, type]) => ({ name, in: 'query', required: required.includes(name), schema: type }));
}

export const BESIDE = 'Beside the API';

/** A route beside the API: it takes whatever parameters it is given. */
export const plainly = (summary: string, responses: Record<number, { description: string; content?: object }>) =>
  describeRoute({
    summary,
    tags: [BESIDE],
    responses: { ...responses, default: { description: 'A problem', content: PROBLEM } },
  } as Parameters<typeof describeRoute>[0]);

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers } });
