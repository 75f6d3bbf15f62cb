import { formatInstant } from '../../../shared/time.ts';
import type { Delivery } from '../outbox.ts';

/** The body of Standard Webhooks: what happened, when, and all that is known of it. */
export const standardBody = ({ type, at, data }: Delivery): object => ({ type, timestamp: formatInstant(at), data });
