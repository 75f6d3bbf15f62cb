/** Hands messages to the mail server that the configuration file names. */
import { createTransport, type Transporter } from 'nodemailer';
import type { Mail } from './formats/email.ts';
import type { Answer } from './post.ts';

const TIMEOUT_MS = 15_000;
/** What a server says is shown, in few words. */
const SHOWN = 300;

export interface MailSettings {
  host: string;
  port: number;
  /** TLS from the first byte; else the server is asked for it (STARTTLS). */
  secure: boolean;
  /** Nothing is sent where the server offers no TLS. */
  requireTls: boolean;
  user?: string | undefined;
  password?: string | undefined;
  /** Address of the sender. */
  from: string;
  /** Addresses, and domains with an `@` in front, to which messages may go; empty: all. */
  allow: readonly string[];
}

export interface Mailer {
  /** Why messages may not go to an address, or null. */
  problem(address: string): string | null;
  /** @throws where there was no answer */
  send(mail: Mail): Promise<Answer>;
  close(): void;
}

/** @param settings undefined: there is no mail server, and every message fails with that reason */
export function createMailer(settings: MailSettings | undefined): Mailer {
  if (!settings) return NO_MAILER;
  const transport = transportOf(settings);
  const domain = settings.from.slice(settings.from.lastIndexOf('@') + 1);
  let cutOff: (reason: Error) => void = () => {};
  const closed = new Promise<never>((_, reject) => {
    cutOff = reject;
  });
  closed.catch(() => {});
  const problem = (address: string): string | null => {
    if (settings.allow.length === 0) return null;
    const given = address.toLowerCase();
    const allowed = settings.allow.map((one) => one.toLowerCase());
    if (allowed.some((one) => (one.startsWith('@') ? given.endsWith(one) : given === one))) return null;
    return `${address} is not among the addresses that email.allow in the configuration file allows`;
  };
  return {
    problem,
    async send(mail) {
      const refused = mail.to.map(problem).find((one) => one !== null);
      if (refused !== undefined) throw new Error(refused as string);
      try {
        return await Promise.race([deliver(transport, settings.from, domain, mail), closed]);
      } catch (error) {
        return answerOf(error as SmtpError);
      }
    },
    close: () => cutOff(new Error('the daemon is stopping')),
  };
}

const NEEDED = 'e-mail needs a mail server: email.host and email.from in the configuration file';
const NO_MAILER: Mailer = {
  problem: () => NEEDED,
  send: () => Promise.reject(new Error(NEEDED)),
  close: () => {},
};

const transportOf = ({ host, port, secure, requireTls, user, password = '' }: MailSettings): Transporter =>
  createTransport({
    host,
    port,
    secure,
    requireTLS: requireTls,
    ...(user !== undefined && { auth: { user, pass: password } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

async function deliver(transport: Transporter, from: string, domain: string, mail: Mail): Promise<Answer> {
  const thread = `<${mail.thread}@${domain}>`;
  const info = await transport.sendMail({
    from: { name: 'Highwater', address: from },
    to: mail.to,
    subject: mail.subject,
    text: mail.body,
    html: mail.html,
    date: new Date(mail.at),
    messageId: `<${mail.id}@${domain}>`,
    inReplyTo: thread,
    references: [thread],
    // Nobody's absence is to be told to a daemon.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  });
  const rejected = (info.rejected ?? []) as string[];
  const status = Number(/^\d{3}/.exec(String(info.response))?.[0] ?? 250);
  return {
    status,
    body: String(info.response),
    ...(rejected.length > 0 && { note: `taken, but not for ${rejected.join(', ')}`.slice(0, SHOWN) }),
  };
}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
  rejectedErrors?: SmtpError[];
}

/**
 * What the server said instead of taking it. As mail servers do it: 5xx to this sender, receiver or text is for good; 4xx, and whatever is
 * about the connection or the log-in, is tried again, because somebody can put that right.
 * @throws the error itself where the server said nothing
 */
function answerOf(error: SmtpError): Answer {
  const { responseCode, response, code, rejectedErrors = [] } = error;
  if (responseCode === undefined) throw error;
  const aboutTheMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  const forGood = [error, ...rejectedErrors].every((one) => (one.responseCode ?? 0) >= 500);
  return {
    status: responseCode,
    body: response ?? '',
    note: `answered ${response ?? responseCode}`.slice(0, SHOWN),
    final: aboutTheMail && forGood,
  };
}
