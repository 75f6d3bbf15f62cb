import type { z } from 'zod';
import type { FieldProblem } from '../../shared/problems.ts';

type Issue = z.core.$ZodIssue;

/** A name from outside as it may stand in a message: never megabytes of it. */
export const shown = (value: string): string => JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number that is not finite';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const EXPECTED: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
};

/** A whole number that is beyond what can be counted exactly is told as of its own kind. */
const isNumber = (origin: string): boolean => origin === 'number' || origin === 'int';

function message(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined) return 'is required';
      const expected = issue.expected === 'int' ? 'a whole number' : (EXPECTED[issue.expected] ?? issue.expected);
      return `must be ${expected}${issue.expected === 'int' ? '' : `, not ${typeOf(issue.input)}`}`;
    }
    case 'invalid_value':
      if (issue.input === undefined) return 'is required';
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      if (isNumber(issue.origin)) return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
      return `must have at least ${issue.minimum} ${issue.origin === 'array' ? 'items' : 'characters'}`;
    case 'too_big':
      if (isNumber(issue.origin)) return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
      return `must have at most ${issue.maximum} ${issue.origin === 'array' ? 'items' : 'characters'}`;
    default:
      return issue.message;
  }
}

/** A zod issue in our words; an object with several unknown keys becomes one problem for each. */
export function fieldProblems(issue: Issue, unknownKey: (key: string) => string = () => 'is not a known field'): FieldProblem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key.slice(0, 128)].join('.'), message: `${shown(key)} ${unknownKey(key)}` }));
  }
  return [{ path: path.map((part) => part.slice(0, 128)).join('.'), message: message(issue) }];
}
