/** RFC 9457 problems. `code` is stable; programs switch on it, people read `detail`. */

export const PROBLEM_TITLES = {
  invalid_body: 'The body was refused',
  invalid_query: 'The query was refused',
  malformed_json: 'The body is not valid JSON',
  event_from_future: 'The event lies in the future',
  source_cannot_acquire: 'Nobody logs in through this logon source',
  malformed_path: 'The path cannot be read',
  malformed_request: 'The request cannot be read',
  headers_too_large: 'The headers are too long',
  too_slow: 'The request took too long to arrive',
  unsupported_version: 'This WebSocket subprotocol is not spoken here',
  unsupported_media_type: 'This media type is not accepted here',
  not_acceptable: 'None of the accepted media types can be produced',
  too_large: 'The request is too large',
  too_many_events: 'The request holds too many events',
  unauthorised: 'A token is needed',
  forbidden: 'Not allowed',
  forbidden_origin: 'This origin is not allowed',
  forbidden_host: 'This host name is not allowed',
  not_found: 'There is nothing here',
  unknown_organisation: 'There is no such organisation',
  unknown_user: 'There is no such user',
  unknown_alert_rule: 'There is no such alert rule',
  unknown_alert: 'There is no such alert',
  unknown_silence: 'There is no such silence',
  unknown_mute_time: 'There is no such mute time',
  unknown_saved_report: 'There is no such saved report',
  unknown_report_run: 'There is no such run, or it has no file',
  unknown_webhook: 'There is no such webhook',
  unknown_statement: 'There is no such statement',
  records_gone: 'The records are kept no more',
  not_closable: 'This billing period cannot be closed now',
  unknown_delivery: 'There is no such delivery',
  upgrade_required: 'This path speaks WebSocket only',
  method_not_allowed: 'This method is not allowed here',
  too_many_connections: 'Too many connections',
  backup_failed: 'The backup could not be made',
  backups_unreadable: 'The backups cannot be read',
  not_on_disk: 'The books are not kept on a disk',
  too_busy: 'Too much is being sent at once',
  not_recording: 'Nothing can be recorded at the moment',
  starting: 'The daemon is starting',
  stopping: 'The daemon is stopping',
  internal: 'Something went wrong inside',
} as const;

export type ProblemCode = keyof typeof PROBLEM_TITLES;

/** Where in a body something is wrong: `index` of the event in its request, `path` in dots, and what would be right. */
export interface FieldProblem {
  index?: number;
  path: string;
  code?: string;
  message: string;
}

export interface Problem {
  /** `urn:highwater:problem:` and the code. */
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  errors?: FieldProblem[];
}
