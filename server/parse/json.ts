import { RefusedInput } from './refusal.ts';

/** @throws RefusedInput when the bytes are not UTF-8 */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new RefusedInput('malformed_json', 'The body is not valid UTF-8.');
  }
}

/** @throws RefusedInput when the bytes are not UTF-8 or the text is not JSON */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  if (text.trim() === '') throw new RefusedInput('malformed_json', 'The body is empty.');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RefusedInput('malformed_json', `The body is not valid JSON: ${(error as Error).message.slice(0, 200)}.`);
  }
}
