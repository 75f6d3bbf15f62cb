import type { WebhookChecks } from '../parse/webhooks.ts';
import { sampleDelivery } from '../webhooks/formats/sample.ts';
import { templateProblem } from '../webhooks/formats/template.ts';
import { secretProblem } from '../webhooks/sign.ts';
import type { Edge } from './edge.ts';

/** Names may hold all of it, and what a template makes of them has to stand. */
const HARD_NAME = 'Agent "Calls" \\ <b> & \u2028 😀';

/** What of a receiver only those can judge who will send to it. */
export const webhookChecks = (edge: Edge): WebhookChecks => ({
  urlProblem: (url) => edge.targets.problem(url),
  mailProblem: (address) => edge.mailer.problem(address),
  secretProblem,
  templateProblem: (template, type) =>
    templateProblem(template, sampleDelivery({ type, organisation: HARD_NAME, licenceType: HARD_NAME, now: edge.clock.now() })),
});
