import { RefusedInput } from './refusal.ts';

/** What a caller sends on `/api/v1/ingest`; `ref` comes back with the answer. */
export interface IngestFrame {
  ref: string | number | null;
  events: unknown[];
}

/** The `ref` of a frame that may be refused otherwise, so that the refusal can name it. */
export const frameRef = (value: unknown): string | number | null => {
  const ref = typeof value === 'object' && value !== null ? (value as { ref?: unknown }).ref : undefined;
  return typeof ref === 'number' || (typeof ref === 'string' && ref.length <= 256) ? ref : null;
};

/** @throws RefusedInput */
export function parseIngestFrame(value: unknown): IngestFrame {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RefusedInput('invalid_body', 'A frame must be an object {ref, events: [...]}.');
  }
  const { events } = value as { events?: unknown };
  const ref = frameRef(value);
  const unknown = Object.keys(value).filter((key) => key !== 'ref' && key !== 'events');
  const errors = unknown.slice(0, 100).map((key) => ({ path: key.slice(0, 128), message: 'is not a known field' }));
  if (ref === null) errors.push({ path: 'ref', message: 'must be a number or a string of at most 256 characters' });
  if (!Array.isArray(events)) errors.push({ path: 'events', message: 'must be an array of events' });
  if (errors.length > 0 || !Array.isArray(events)) throw new RefusedInput('invalid_body', 'The frame was refused.', errors);
  return { ref, events };
}
