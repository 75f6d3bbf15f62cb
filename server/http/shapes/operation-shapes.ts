import type { Backup, BackupsView, DaemonStatus, Restore, VerifyResult, VerifyView } from '../../../shared/backups.ts';
import { type FieldProblem, PROBLEM_TITLES, type Problem } from '../../../shared/problems.ts';
import { anything, count, either, flag, instant, list, number, object, oneOf, orNull, text } from './schema.ts';

const backup = object<Backup>({
  name: text,
  at: instant,
  size: count,
  seq: orNull(count),
  epoch: orNull(text),
  until: orNull(instant),
  checked: orNull(oneOf(['read', 'verified'])),
});
const keeping = {
  everySeconds: orNull(number),
  keep: count,
  running: flag,
  lastSuccessAt: orNull(instant),
  lastFailure: orNull(object<NonNullable<BackupsView['lastFailure']>>({ at: instant, reason: text })),
  nextAt: orNull(instant),
};
const difference = object<VerifyResult['differences'][number]>({
  organisation: orNull(text),
  table: text,
  key: list(either(text, number)),
  expected: anything,
  found: anything,
});
const restore = object<Restore>({
  at: instant,
  damage: orNull(text),
  kept: orNull(text),
  backup: text,
  seq: count,
  until: orNull(instant),
  lastSeq: orNull(count),
  lastAt: orNull(instant),
});

export const OPERATION_SHAPES = {
  alive: object<{ status: string }>({ status: oneOf(['alive']) }),
  ready: object<{ status: string; notes?: string[] }>({ status: oneOf(['ready']) }, { notes: list(text) }),
  notReady: object<{ status: string; reasons: string[] }>({ status: text, reasons: list(text) }),
  backup,
  backups: object<BackupsView>({ items: list(backup), ...keeping }),
  verify: object<VerifyView>({
    running: flag,
    entries: count,
    startedAt: orNull(instant),
    last: orNull(
      object<VerifyResult>({
        at: instant,
        seconds: number,
        ok: orNull(flag),
        reason: orNull(text),
        organisations: count,
        entries: count,
        records: count,
        count,
        differences: list(difference),
      }),
    ),
  }),
  status: object<DaemonStatus>({
    version: text,
    startedAt: instant,
    epoch: text,
    seq: count,
    status: text,
    reasons: list(text),
    notes: list(text),
    backups: object<DaemonStatus['backups']>(keeping),
    restores: list(restore),
  }),
  Problem: object<Problem>(
    { type: text, title: text, status: count, detail: text, code: oneOf(Object.keys(PROBLEM_TITLES)) },
    { errors: list(object<FieldProblem>({ path: text, message: text }, { index: count, code: text })) },
  ),
};
