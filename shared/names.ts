/** Ids of organisations, users, devices and events are exact code points: nothing is trimmed, folded or normalised. */

export const NAME_MAX = 128;

/**
 * Why a string cannot be a name, or `null` when it can.
 * Control characters and lone surrogates are refused: the first hide in lists, the second collapse into one another on disk.
 */
export function nameProblem(value: string, max = NAME_MAX): string | null {
  if (value === '') return 'must not be empty';
  // A code point takes at most two units: what is longer than that needs no counting, and may be megabytes.
  if (value.length > 2 * max) return `must have at most ${max} characters`;
  if (value === '.' || value === '..') return 'must not be "." or ".."';
  if (isPlain(value)) return value.length > max ? `must have at most ${max} characters` : null;
  if (/\p{Cc}/u.test(value)) return 'must not contain control characters';
  if (/\p{Cs}/u.test(value)) return 'must not contain a lone surrogate';
  if (value.length > max && [...value].length > max) return `must have at most ${max} characters`;
  return null;
}

/** Printable ASCII only, as nearly every name is: nothing else has to be looked for, and this runs four times for every event. */
function isPlain(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}
