import type { WebhookChecks } from '../parse/webhooks.ts';
import { shapesOf } from '../webhooks/formats/sample-shapes.ts';
import { templateProblem } from '../webhooks/formats/template.ts';
import { secretProblem } from '../webhooks/sign.ts';
import type { Edge } from './edge.ts';

/** What of a receiver only those can judge who will send to it. */
export const webhookChecks = (edge: Edge): WebhookChecks => ({
  urlProblem: (url) => edge.targets.problem(url),
  mailProblem: (address) => edge.mailer.problem(address),
  secretProblem,
  templateProblem(template, type, grouped) {
    for (const { what, delivery } of shapesOf(type, grouped, edge.clock.now())) {
      const problem = templateProblem(template, delivery, what);
      if (problem !== null) return problem;
    }
    return null;
  },
});
