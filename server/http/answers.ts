/** The shapes of all answers, by the names that the API's description has for them. */
import { ALERT_SHAPES } from './shapes/alert-shapes.ts';
import { BILLING_SHAPES } from './shapes/billing-shapes.ts';
import { LIVE_SHAPES } from './shapes/live-shapes.ts';
import { OPERATION_SHAPES } from './shapes/operation-shapes.ts';
import { RECORD_SHAPES } from './shapes/record-shapes.ts';
import { REPORT_SHAPES } from './shapes/report-shapes.ts';

export const ANSWERS = {
  ...RECORD_SHAPES,
  ...LIVE_SHAPES,
  ...REPORT_SHAPES,
  ...BILLING_SHAPES,
  ...ALERT_SHAPES,
  ...OPERATION_SHAPES,
};
export type AnswerName = keyof typeof ANSWERS;
