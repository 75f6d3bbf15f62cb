/** Requests and answers held against the API's own description. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

type Content = Record<string, { schema?: object }>;
export interface DescribedOperation {
  responses: Record<string, { content?: Content }>;
  requestBody?: { content: Content };
  parameters?: { name: string; in: string }[];
}
export interface Description {
  openapi: string;
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, object> };
}

export interface Held {
  operation: DescribedOperation;
  /** What is wrong with a body that is sent, or null. */
  sent(type: string, body: unknown): string | null;
  /** What is wrong with an answer, or null. */
  answered(status: number, type: string, body: unknown): string | null;
}

/** Programs must bear what they do not know; a test must not: what is not described is forgotten. */
function strictly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strictly);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strictly(value)]));
  return 'properties' in inner && !('additionalProperties' in inner) ? { ...inner, additionalProperties: false } : inner;
}

const createAjv = () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addFormat('media-range', true);
  return ajv;
};

/** @returns what is wrong with the description itself, or null */
export function descriptionProblem(description: Description): string | null {
  const ajv = createAjv();
  const schema = JSON.parse(readFileSync(join(process.cwd(), 'test', 'fixtures', 'schemas', 'openapi-3.1.json'), 'utf8'));
  return ajv.validate(schema, description) ? null : ajv.errorsText(ajv.errors);
}

export function heldAgainst(description: Description) {
  const ajv = createAjv();
  ajv.addSchema({ $id: 'api', components: strictly(description.components) });
  const compiled = new Map<object, ValidateFunction>();
  const problem = (schema: object | undefined, value: unknown, what: string): string | null => {
    if (schema === undefined) return `nothing is said of ${what}`;
    let validate = compiled.get(schema);
    if (!validate) {
      validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')));
      compiled.set(schema, validate);
    }
    return validate(value) ? null : ajv.errorsText(validate.errors);
  };
  return (method: string, route: string): Held => {
    const operation = description.paths[route]?.[method];
    if (!operation) throw new Error(`${method} ${route} is not described`);
    return {
      operation,
      sent: (type, body) => problem(operation.requestBody?.content[type]?.schema, body, `a body ${type}`),
      answered: (status, type, body) =>
        problem((operation.responses[status] ?? operation.responses['default'])?.content?.[type]?.schema, body, `${status} ${type}`),
    };
  };
}
