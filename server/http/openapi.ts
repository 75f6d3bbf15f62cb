import { generateSpecs } from 'hono-openapi';
import { PROBLEM_TITLES } from '../../shared/problems.ts';
import { ANSWERS } from './answers.ts';
import { json, plainly } from './describe.ts';
import { DOCS_STYLE, docsPage, type OpenApi } from './docs-page.ts';
import type { App } from './edge.ts';

const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(PROBLEM_TITLES) },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { index: { type: 'integer' }, path: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;

/** The document that describes the API, made from the routes themselves, and a page for people to read it. */
export function openApiRoutes(app: App, version: string): void {
  let document: Promise<OpenApi> | null = null;
  const spec = () => {
    document ??= generate(app, version);
    return document;
  };
  app.get(
    '/api/v1/openapi.json',
    plainly('This description', '', { 200: { description: 'OpenAPI 3.1', content: { 'application/json': {} } } }),
    async () => json(await spec()),
  );
  app.get(
    '/docs',
    plainly('The description as a page', '', { 200: { description: 'The page', content: { 'text/html': {} } } }),
    async () =>
      new Response(docsPage(await spec()), { headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' } }),
  );
  app.get(
    '/docs/style.css',
    () => new Response(DOCS_STYLE, { headers: { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'no-cache' } }),
  );
}

async function generate(app: App, version: string): Promise<OpenApi> {
  const spec = await generateSpecs(app, {
    // A path with a dot in it is a file to the library: our own description.
    excludeStaticFile: false,
    documentation: {
      info: { title: 'Highwater', version, description: 'Licences in use in a contact centre, as it happens.' },
      components: {
        schemas: { ...ANSWERS, Problem: PROBLEM_SCHEMA } as never,
        securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      },
      security: [{ token: [] }, {}],
    },
  });
  return withPathParameters(spec as unknown as OpenApi);
}

/** Every `{name}` of a path is a parameter; the routes do not repeat that. */
function withPathParameters(spec: OpenApi): OpenApi {
  for (const [path, operations] of Object.entries(spec.paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
    for (const operation of Object.values(operations)) {
      const own = (operation.parameters ?? []).filter((parameter) => parameter.in !== 'path');
      const inPath = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
      operation.parameters = [...inPath, ...own];
    }
  }
  return spec;
}
