import type { ServerFrame } from '../../shared/live-protocol.ts';

type Unknown = Record<string, unknown>;

const isObject = (value: unknown): value is Unknown => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const isTrouble = (value: unknown): boolean =>
  value === undefined || (isObject(value) && isText(value['since']) && Array.isArray(value['reasons']) && value['reasons'].every(isText));

const isUsage = (value: unknown): boolean =>
  isObject(value) && isText(value['epoch']) && isText(value['asOf']) && Array.isArray(value['licences']);

/** What a frame must have before the rest of the page may believe its type. */
const CHECKS: { [T in ServerFrame['type']]: (frame: Unknown) => boolean } = {
  hello: (frame) => isText(frame['epoch']) && isText(frame['buildId']) && isText(frame['now']) && isTrouble(frame['notRecording']),
  snapshot: (frame) => isText(frame['organisation']) && isNumber(frame['seq']) && isUsage(frame['usage']) && Array.isArray(frame['alerts']),
  delta: (frame) =>
    isText(frame['organisation']) &&
    isNumber(frame['seq']) &&
    isNumber(frame['previous']) &&
    isText(frame['asOf']) &&
    Array.isArray(frame['licences']),
  beat: (frame) => isText(frame['now']) && isText(frame['asOf']) && isTrouble(frame['notRecording']),
  error: (frame) => isText(frame['code']) && isText(frame['message']),
};

/** The frame in a text message, or `null` for one that this version of the page does not understand and leaves alone. */
export function parseFrame(text: unknown): ServerFrame | null {
  if (!isText(text)) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || !isText(value['type']) || !Object.hasOwn(CHECKS, value['type'])) return null;
  const known = value['type'] as ServerFrame['type'];
  return CHECKS[known](value) ? (value as unknown as ServerFrame) : null;
}
