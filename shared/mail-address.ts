/** Addresses of e-mail, and the `mailto:` URL that holds those of a receiver. */

const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;
const MAX_LOCAL = 64;
const MAX_ADDRESS = 254;

/** Why a text is no address that a message can be sent to, or null. Without names, comments and quotes: nothing in it can be a header. */
export function mailAddressProblem(text: string): string | null {
  const problem = 'must be an address such as ops@example.com';
  if (text.length > MAX_ADDRESS) return problem;
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  if (local.length > MAX_LOCAL || !LOCAL.test(local)) return problem;
  return domain.split('.').every((label) => LABEL.test(label)) ? null : problem;
}

/** @example mailtoUrl(['a@example.com', 'b@example.com']) is 'mailto:a@example.com,b@example.com' */
export const mailtoUrl = (addresses: readonly string[]): string =>
  `mailto:${addresses.map((address) => encodeURIComponent(address).replaceAll('%40', '@')).join(',')}`;

/** The addresses of a `mailto:` URL, not looked at any further; null where it is none, or would set more than the addresses. */
export function addressesOf(url: string): string[] | null {
  const [, list] = /^mailto:([^?#]*)$/i.exec(url) ?? [];
  if (list === undefined) return null;
  try {
    return list.split(',').map((address) => decodeURIComponent(address));
  } catch {
    return null;
  }
}
