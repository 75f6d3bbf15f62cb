import type { ClientFrame, ServerFrame } from '../../shared/live-protocol.ts';
import { nameProblem } from '../../shared/names.ts';

export const encodeFrame = (frame: ServerFrame): Buffer => Buffer.from(JSON.stringify(frame));

/** A frame of a display, or what is wrong with it. Fields that we do not know are a newer display's and do no harm. */
export function parseClientFrame(text: string): ClientFrame | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'A frame must be JSON.' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'A frame must be a JSON object.' };
  const { type, organisation } = value as { type?: unknown; organisation?: unknown };
  if (type === 'unsubscribe' && organisation === undefined) return { type };
  if (type !== 'subscribe' && type !== 'unsubscribe') return { problem: 'A frame must be of type subscribe or unsubscribe.' };
  if (typeof organisation !== 'string') return { problem: 'organisation must be a string.' };
  const problem = nameProblem(organisation);
  return problem === null ? { type, organisation } : { problem: `organisation ${problem}.` };
}
