/** JSON schemas of answers. What is named is always there but for what is optional, and more may come to stand beside it. */

export type Schema = Record<string, unknown>;

type OptionalKey<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];
type Always<T> = { [K in Exclude<keyof T, OptionalKey<T>>]-?: Schema };
type Optional<T> = { [K in OptionalKey<T>]-?: Schema };

export const text: Schema = { type: 'string' };
export const number: Schema = { type: 'number' };
export const count: Schema = { type: 'integer', minimum: 0 };
export const flag: Schema = { type: 'boolean' };
export const instant: Schema = { type: 'string', format: 'date-time' };
export const anything: Schema = {};

export const oneOf = (values: readonly string[]): Schema => ({ type: 'string', enum: [...values] });
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
export const either = (...schemas: Schema[]): Schema => ({ anyOf: schemas });
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const byName = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
export const told = (schema: Schema, description: string): Schema => ({ ...schema, description });

/**
 * An object with the very keys of a type: one that is forgotten or made up is a mistake of types.
 *
 * @example object<Peak>({ value: count, at: orNull(instant) })
 */
export const object = <T extends object>(
  always: Always<T>,
  ...[optional]: [OptionalKey<T>] extends [never] ? [] : [Optional<T>]
): Schema => ({
  type: 'object',
  required: Object.keys(always),
  properties: { ...always, ...optional },
});

export const items = (item: Schema): Schema => object<{ items: unknown }>({ items: list(item) });
export const page = (item: Schema): Schema =>
  object<{ items: unknown; nextCursor: unknown }>({ items: list(item), nextCursor: orNull(text) });
/** The same properties under each of some names. */
export const under = (names: readonly string[], schema: Schema): Schema => ({
  type: 'object',
  required: [...names],
  properties: Object.fromEntries(names.map((name) => [name, schema])),
});
