/** A mail server on a free port of 127.0.0.1 that keeps what it gets, and answers as scripted. */
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { within } from './within.ts';

const WAIT_MS = 60_000;

export interface ReceivedMail {
  from: string;
  to: string[];
  /** As it came. */
  raw: string;
  /** By lower-case name, unfolded and decoded; what came twice stands in one text, separated by a line end. */
  headers: Record<string, string>;
  /** Every header as it came, unfolded. */
  headerLines: string[];
  /** Both parts, decoded. */
  text: string;
  html: string;
}

export interface MailServer {
  readonly port: number;
  readonly mails: ReceivedMail[];
  /** Thrown at a recipient or at the text: an SMTP answer. */
  refuse: { recipient?: (address: string) => SmtpRefusal | undefined; text?: () => SmtpRefusal | undefined };
  /** Who logged in, by name and password. */
  readonly logins: [string, string][];
  waitFor(count: number): Promise<ReceivedMail[]>;
}

export interface SmtpRefusal {
  responseCode: number;
  message: string;
}

/** @param atEnd takes what has to be done when the test is over */
export async function startMailServer(atEnd: (run: () => Promise<void>) => void, { login = false } = {}): Promise<MailServer> {
  const waiting = new Set<() => void>();
  const refusal = (given: SmtpRefusal | undefined) => (given ? Object.assign(new Error(given.message), given) : null);
  const server = new SMTPServer({
    disabledCommands: login ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: true,
    authOptional: !login,
    logger: false,
    onAuth({ username, password }, _session, done) {
      mails.logins.push([username ?? '', password ?? '']);
      if (password === 'right') done(null, { user: username ?? '' });
      else done(Object.assign(new Error('Invalid username or password'), { responseCode: 535 }));
    },
    onRcptTo: ({ address }, _session, done) => done(refusal(mails.refuse.recipient?.(address))),
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refused = refusal(mails.refuse.text?.());
        if (!refused) {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          mails.mails.push({
            from,
            to: envelope.rcptTo.map(({ address }) => address),
            ...parseMail(Buffer.concat(chunks).toString('latin1')),
          });
        }
        done(refused);
        for (const look of waiting) look();
      });
    },
  });
  server.on('error', () => {});
  const net = server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => net.once('listening', resolve));
  atEnd(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const mails: MailServer = {
    port: (net.address() as AddressInfo).port,
    mails: [],
    refuse: {},
    logins: [],
    async waitFor(count) {
      let look = () => {};
      const found = new Promise<ReceivedMail[]>((resolve) => {
        look = () => {
          if (mails.mails.length >= count) resolve(mails.mails.slice(0, count));
        };
        waiting.add(look);
        look();
      });
      try {
        return await within(found, WAIT_MS, () => `${count} mails; there are ${mails.mails.length}`);
      } finally {
        waiting.delete(look);
      }
    },
  };
  return mails;
}

type Parsed = Pick<ReceivedMail, 'raw' | 'headers' | 'headerLines' | 'text' | 'html'>;

function parseMail(raw: string): Parsed {
  const { headerLines, headers, body } = parsePart(raw);
  const [, boundary] = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '') ?? [];
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => parsePart(part.replace(/^\r\n/, '')));
  const of = (type: string) => parts.find(({ headers: own }) => own['content-type']?.startsWith(type));
  return { raw, headers, headerLines, text: decoded(of('text/plain')), html: decoded(of('text/html')) };
}

interface Part {
  headerLines: string[];
  headers: Record<string, string>;
  body: string;
}

function parsePart(raw: string): Part {
  const end = raw.indexOf('\r\n\r\n');
  const headerLines = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of headerLines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    const value = decodedWords(line.slice(line.indexOf(':') + 1).trim());
    headers[name] = headers[name] === undefined ? value : `${headers[name]}\n${value}`;
  }
  return { headerLines, headers, body: raw.slice(end + 4) };
}

function decoded(part: Part | undefined): string {
  if (!part) return '';
  const encoding = part.headers['content-transfer-encoding'];
  if (encoding === 'base64') return Buffer.from(part.body, 'base64').toString();
  return encoding === 'quoted-printable' ? quoted(part.body.replaceAll('=\r\n', '')) : part.body;
}

const quoted = (text: string): string =>
  Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();

/** Encoded words of a header, RFC 2047. */
const decodedWords = (text: string): string =>
  text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toUpperCase() === 'B' ? Buffer.from(word, 'base64').toString() : quoted(word.replaceAll('_', ' ')),
    );
