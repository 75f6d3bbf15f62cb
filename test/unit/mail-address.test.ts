import { expect, it } from 'vitest';
import { addressesOf, mailAddressProblem, mailtoUrl } from '../../shared/mail-address.ts';

it.each([
  "o'brien+ops@example.com",
  'a@b',
  'a.b@example.co.uk',
  'ops@münchen.example',
  `${'x'.repeat(64)}@example.com`,
  '{a}%b@x-y.example',
])('MAIL-9 %s is an address, and comes back from a mailto: URL', (address) => {
  expect(mailAddressProblem(address)).toBeNull();
  expect(addressesOf(mailtoUrl([address, 'z@example.com']))).toEqual([address, 'z@example.com']);
});

it.each([
  '',
  '@',
  'a@',
  '@b',
  'a',
  '.a@b',
  'a.@b',
  'a..b@c',
  'a@b..c',
  'a@b.',
  'a@-b',
  'a b@c',
  '"a b"@c',
  'a@b\n',
  'a\r\n@b',
  'a@b,c@d',
  'A <a@b>',
  'a@[127.0.0.1]',
  'ä@b',
  `${'x'.repeat(65)}@example.com`,
  `a@${'x'.repeat(64)}.example`,
  `a@${'x.'.repeat(200)}example`,
])('MAIL-9 %j is none', (text) => expect(mailAddressProblem(text)).not.toBeNull());
