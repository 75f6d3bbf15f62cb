/** The mail server of the configuration: how it is reached, and to whom messages may go. */
import { z } from 'zod';
import { mailAddressProblem } from '../shared/mail-address.ts';

const address = z.string().superRefine((text, context) => {
  const message = mailAddressProblem(text);
  if (message !== null) context.addIssue({ code: 'custom', message });
});
/** An address, or a domain with an `@` in front. */
const allowed = z.string().refine((text) => mailAddressProblem(text.startsWith('@') ? `any${text}` : text) === null, {
  message: 'must be an address such as ops@example.com, or a domain such as @example.com',
});
const line = z
  .string()
  .min(1)
  .max(1_024)
  .regex(/^\P{Cc}*$/u, { message: 'must not contain control characters' });

export const emailSchema = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, { message: 'must be a host name or an address' }),
  /** Default: 465 with `secure`, else 587. */
  port: z.int().gte(1).lte(65_535).optional(),
  secure: z.boolean().default(false),
  /** Default: where a user is given, so that no password goes over a line that others can read. */
  requireTls: z.boolean().optional(),
  user: line.optional(),
  password: line.optional(),
  passwordFile: z.string().min(1).optional(),
  from: address,
  allow: z.array(allowed).default([]),
});

type Given = z.output<typeof emailSchema>;

/** With the defaults that depend on one another. */
export const emailSettings = (given: Given, filePassword: string | undefined) => ({
  ...given,
  port: given.port ?? (given.secure ? 465 : 587),
  requireTls: given.requireTls ?? given.user !== undefined,
  password: given.password ?? filePassword,
});

export function emailProblems(given: Given | undefined): { path: string; message: string }[] {
  if (!given) return [];
  const { user, password, passwordFile } = given;
  const secret = password ?? passwordFile;
  return [
    ...(password !== undefined && passwordFile !== undefined
      ? [{ path: 'email.passwordFile', message: 'must not be given together with email.password' }]
      : []),
    ...(user !== undefined && secret === undefined ? [{ path: 'email.password', message: 'is required with email.user' }] : []),
    ...(user === undefined && secret !== undefined ? [{ path: 'email.user', message: 'is required with a password' }] : []),
  ];
}
