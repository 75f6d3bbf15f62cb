import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hidingSecrets } from '../../server/webhooks/hide-secrets.ts';
import { secretOf } from '../../server/webhooks/sign.ts';
import { property } from '../support/seeded.ts';

/** Its base64 has all characters that anybody escapes. */
const SECRET = 'whsec_ab+/cd+/ef//gh++ij+/kl+/mn/+op==';
const BARE = 'ab+/cd+/ef//gh++ij+/kl+/mn/+op';
const hide = hidingSecrets([SECRET]);
/** A stretch of the secret that is long enough to be of use to somebody. */
const leaks = (text: string, secret = BARE): boolean => {
  for (let from = 0; from + 8 <= secret.length; from++) if (text.includes(secret.slice(from, from + 8))) return true;
  return false;
};

const SPELLINGS: [string, (text: string) => string][] = [
  ['as it is', (text) => text],
  ['as JSON of PHP has it', (text) => JSON.stringify(text).replaceAll('/', '\\/')],
  ['as JSON of .NET has it', (text) => JSON.stringify(text).replaceAll('+', '\\u002B')],
  ['as JSON within JSON', (text) => JSON.stringify(JSON.stringify(text).replaceAll('/', '\\/'))],
  ['as a URL has it', encodeURIComponent],
  ['as a URL within a URL', (text) => encodeURIComponent(encodeURIComponent(text)).toLowerCase()],
  ['as XML has it', (text) => text.replaceAll('/', '&#x2F;').replaceAll('+', '&#43;')],
  ['as base64 of URLs has it', (text) => text.replaceAll('+', '-').replaceAll('/', '_')],
];

describe('what is kept of an exchange', () => {
  it.each(SPELLINGS)('HOOK-62 a secret %s is hidden', (_, spell) => {
    for (const secret of [SECRET, BARE]) {
      const text = hide(`before ${spell(secret)} after`);
      expect(text).toMatch(/^before \W*\*\*\*\W*(?:%(?:25)?3d)*\W* after$/i);
    }
  });

  it('HOOK-62 a secret within base64 is hidden, whatever stands before it, and so is its key in hex', () => {
    for (const user of ['', 'a', 'ab', 'abc']) {
      const packed = Buffer.from(`${user}:${SECRET}`).toString('base64');
      const shown = hide(`Basic ${packed}`);
      expect(shown).toContain('***');
      expect(Buffer.from(shown.replace('Basic ', '').split('***')[0] ?? '', 'base64').toString()).not.toMatch(/ab\+/);
    }
    expect(hide(Buffer.from(BARE, 'base64').toString('hex'))).toBe('***');
  });

  property(
    'HOOK-62 wherever a text is cut off, nothing of a secret at its end is shown',
    60,
    fc.record({
      key: fc.uint8Array({ minLength: 24, maxLength: 64 }),
      spelling: fc.nat(SPELLINGS.length - 1),
      cut: fc.nat(),
      before: fc.string({ maxLength: 20 }),
    }),
    async ({ key, spelling, cut, before }) => {
      const secret = secretOf(key);
      const spell = SPELLINGS[spelling]?.[1] as (text: string) => string;
      const whole = spell(secret);
      const text = hidingSecrets([secret])(before + whole.slice(0, cut % (whole.length + 1)));
      const bare = secret.slice(6).replace(/=+$/, '');
      expect(leaks(text, bare)).toBe(false);
      expect(leaks(text, spell(bare))).toBe(false);
    },
  );

  it('HOOK-62 what holds no secret stays as it is, and a text made to be slow takes no time that counts', () => {
    const text = 'a receiver says what it wants: ab+/cd, whsec_ and 100 %';
    expect(hide(text)).toBe(text);
    const nasty = '\\'.repeat(4_096) + 'ab+/'.repeat(1_024) + '%25'.repeat(2_048);
    expect(hide(nasty).length).toBeGreaterThan(0);
  });
});
