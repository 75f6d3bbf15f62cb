import { BadCursorError } from '../pipeline-types.ts';

/** Cursors are opaque to callers: where the page before ended, as a list of key elements. */
export const encodeCursor = (parts: (string | number)[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** @throws BadCursorError when it is not a list of the given types */
export function decodeCursor(cursor: string, types: readonly ('string' | 'number')[]): (string | number)[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === types.length && parts.every((part, i) => typeof part === types[i])) return parts;
  } catch {
    // Not JSON: refused below like any other list.
  }
  throw new BadCursorError('The cursor is not one that was handed out here');
}
