/** Takes secrets out of what is shown, however they are spelt: a receiver may send back whatever it was sent, escaped or cut off. */
import { keyOf } from './sign.ts';

const HIDDEN = '***';
/** What is cut off may end in the middle of a secret; fewer of its characters tell nothing. */
const TELLING = 4;
/** As JSON (also within JSON), URLs and XML escape characters that a secret may have. */
const ESCAPE = /\\+(?:u00([\da-f]{2}))?|%(?:25)*([\da-f]{2})|&#(?:x0*([\da-f]{1,2})|0*(\d{1,3}));/gi;
const LONGEST_ESCAPE = 16;
const CUT_ESCAPE = /(?:\\+(?:u[\da-f]{0,3})?|%[\da-f]{0,3}|&#?x?[\da-f]{0,8})$/i;

/** @returns a text without these secrets: not plain, nor escaped, in base64 or in hex, nor the beginning of one at its end */
export function hidingSecrets(secrets: readonly string[]): (text: string) => string {
  const words = [...new Set(secrets.flatMap(wordsOf).map((word) => plain(word).text))].filter((word) => word.length >= TELLING);
  return (text) => {
    const read = plain(text);
    let shown = '';
    let from = 0;
    for (const { start, end } of spansOf(words, read, text)) {
      if (start >= from) shown += text.slice(from, start) + HIDDEN;
      from = Math.max(from, end);
    }
    return shown + text.slice(from);
  };
}

function wordsOf(secret: string): string[] {
  const bare = secret.replace(/^whsec_/, '').replace(/=+$/, '');
  const key = keyOf(secret);
  return [secret, bare, ...(key ? [key.toString('hex')] : []), ...withinBase64(bare)];
}

/** What stands in base64 of whatever holds the text, as `Authorization: Basic` does: it differs by what comes before, by thirds. */
function withinBase64(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    // Characters at both ends say something of what is beside it.
    return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
  });
}

interface Plain {
  text: string;
  /** Where each of its characters begins and ends in what was read. */
  starts: number[];
  ends: number[];
}

/** Without escapes and differences of case, and with the two characters of ordinary base64 for those that URLs have. */
function plain(given: string): Plain {
  const read: Plain = { text: '', starts: [], ends: [] };
  let from = 0;
  /** Where backslashes before `from` begin. */
  let pending = 0;
  const take = (end: number): void => {
    for (let at = from; at < end; at++) {
      // A backslash belongs to what it stands before.
      read.starts.push(at === from ? pending : at);
      read.ends.push(at + 1);
    }
    read.text += given.slice(from, end);
  };
  for (const match of given.matchAll(ESCAPE)) {
    take(match.index);
    const [whole, json, url, xmlHex, xml] = match;
    const code = xml === undefined ? Number.parseInt(json ?? url ?? xmlHex ?? '', 16) : Number(xml);
    from = match.index + whole.length;
    pending = Number.isNaN(code) ? match.index : from;
    if (Number.isNaN(code)) continue;
    read.starts.push(match.index);
    read.ends.push(from);
    read.text += String.fromCharCode(code);
  }
  take(given.length);
  return {
    ...read,
    text: read.text
      .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
      .replaceAll('-', '+')
      .replaceAll('_', '/'),
  };
}

/** Where words stand, in order; at the end the beginning of one counts as one. */
function spansOf(words: readonly string[], { text, starts, ends }: Plain, given: string): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = [];
  for (const word of words) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
      spans.push({ start: starts[at] as number, end: ends[at + word.length - 1] as number });
  }
  // An escape that was cut off reads as the characters that are left of it.
  const cutOff = CUT_ESCAPE.exec(given.slice(-LONGEST_ESCAPE))?.[0].length ?? 0;
  const tails = [text.length, ends.findLastIndex((end) => end <= given.length - cutOff) + 1];
  for (const end of tails) {
    const length = Math.max(0, ...words.map((word) => beginningAt(word, text, end)));
    if (length >= TELLING) spans.push({ start: starts[end - length] as number, end: given.length });
  }
  return spans.sort((a, b) => a.start - b.start || b.end - a.end);
}

/** How much of a word's beginning stands just before an end. */
function beginningAt(word: string, text: string, end: number): number {
  for (let length = Math.min(word.length, end); length >= TELLING; length--) {
    if (text.startsWith(word.slice(0, length), end - length)) return length;
  }
  return 0;
}
