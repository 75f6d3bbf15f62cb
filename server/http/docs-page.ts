/** The API's description as a page: rendered here, no script and nothing from elsewhere. */

export interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; schema?: object }[];
  requestBody?: { content: Record<string, { schema?: object }> };
  responses?: Record<string, { description?: string }>;
}

export interface OpenApi {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character] as string);

export function docsPage({ info, paths }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'Other'))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => (operation.tags?.[0] ?? 'Other') === tag);
    return `<h2>${escaped(tag)}</h2>${own.map(operationHtml).join('')}`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(info.title)} API</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/docs/style.css">
<body><main><h1>${escaped(info.title)} API <small>${escaped(info.version)}</small></h1>
<p>${escaped(info.description ?? '')} The same as data: <a href="/api/v1/openapi.json">openapi.json</a>.</p>${sections.join('')}</main></body></html>`;
}

function operationHtml({ method, path, operation }: { method: string; path: string; operation: Operation }): string {
  const parameters = (operation.parameters ?? []).map(
    (parameter) =>
      `<tr><td><code>${escaped(parameter.name)}</code><td>${escaped(parameter.in)}${parameter.required ? ', required' : ''}<td><code>${escaped(JSON.stringify(parameter.schema ?? {}))}</code>`,
  );
  const bodies = Object.values(operation.requestBody?.content ?? {}).map(
    ({ schema }) => `<details><summary>Body</summary><pre>${escaped(JSON.stringify(schema ?? {}, null, 2))}</pre></details>`,
  );
  const answers = Object.entries(operation.responses ?? {}).map(
    ([status, { description }]) => `<li><b>${escaped(status)}</b> ${escaped(description ?? '')}`,
  );
  return `<section><h3><b>${escaped(method)}</b> <code>${escaped(path)}</code></h3><p>${escaped(operation.summary ?? '')}. ${escaped(operation.description ?? '')}</p>
${parameters.length > 0 ? `<table>${parameters.join('')}</table>` : ''}${bodies.join('')}<ul>${answers.join('')}</ul></section>`;
}

export const DOCS_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
section { border-top: 1px solid #8884; padding: .5rem 0 }
table { border-collapse: collapse } td { padding: .1rem .8rem .1rem 0; vertical-align: top }
pre { overflow: auto; max-height: 30rem } code, pre { font-size: .9em } h3 { margin: .3rem 0 }
`;
