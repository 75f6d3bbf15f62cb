import { generateSpecs } from 'hono-openapi';
import { ANSWERS } from './answers.ts';
import { json, plainly } from './describe.ts';
import { DOCS_STYLE, docsPage, type OpenApi } from './docs-page.ts';
import type { App } from './edge.ts';

/** The document that describes the API, made from the routes themselves, and a page for people to read it. */
export function openApiRoutes(app: App, version: string): void {
  let document: Promise<OpenApi> | null = null;
  const spec = () => {
    document ??= generate(app, version);
    return document;
  };
  app.get(
    '/api/v1/openapi.json',
    plainly('This description', { 200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } } }),
    async () => json(await spec()),
  );
  app.get(
    '/docs',
    plainly('The description as a page', { 200: { description: 'The page', content: { 'text/html': { schema: { type: 'string' } } } } }),
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
      info: {
        title: 'Highwater',
        version,
        description: 'Licences in use in a contact centre, as it happens.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      components: {
        schemas: ANSWERS as never,
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
