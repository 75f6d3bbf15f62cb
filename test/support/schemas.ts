/** What receivers have published of the messages that they take, as JSON schemas. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

/** @param name of a file in `test/fixtures/schemas` @returns a check that says what is wrong, or null */
export function schemaCheck(name: string): (value: unknown) => string | null {
  const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
  formats.default(ajv);
  const file = join(process.cwd(), 'test', 'fixtures', 'schemas', `${name}.json`);
  const validate: ValidateFunction = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
  return (value) => (validate(value) ? null : ajv.errorsText(validate.errors));
}
