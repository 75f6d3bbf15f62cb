/** Where a receiver is: a URL, or of e-mail a list of addresses in either of two ways. */
import type { WebhookFormat } from '../../shared/alerts.ts';
import { addressesOf, mailAddressProblem } from '../../shared/mail-address.ts';
import type { FieldProblem } from '../../shared/problems.ts';
import { shown } from './issues.ts';

const MAX_ADDRESSES = 20;

interface Given {
  format: WebhookFormat;
  url?: string | undefined;
  to?: string[] | null | undefined;
}

export interface AddressChecks {
  /** Why messages may not go to a URL, or null. */
  urlProblem(url: string): string | null;
  /** Why e-mail may not go to an address, or null. */
  mailProblem(address: string): string | null;
}

export function addressProblems(given: Given, checks: AddressChecks): FieldProblem[] {
  return given.format === 'email' ? mailProblems(given, checks) : urlProblems(given, checks);
}

function urlProblems({ url, to, format }: Given, checks: AddressChecks): FieldProblem[] {
  const wrong = url === undefined ? 'is required' : checks.urlProblem(url);
  return [
    ...(to == null ? [] : [{ path: 'to', message: `is of e-mail; ${format} has a url` }]),
    ...(wrong === null ? [] : [{ path: 'url', message: wrong }]),
  ];
}

function mailProblems({ url, to }: Given, checks: AddressChecks): FieldProblem[] {
  if (to != null && url !== undefined) return [{ path: 'to', message: 'must not be given together with url' }];
  if (to == null && url === undefined)
    return [{ path: 'url', message: 'is required, as mailto:ops@example.com; or to, a list of addresses' }];
  const addresses = to ?? addressesOf(url as string);
  if (addresses === null) return [{ path: 'url', message: 'must be mailto:ops@example.com, more addresses separated by commas' }];
  if (addresses.length === 0 || addresses.length > MAX_ADDRESSES)
    return [{ path: to == null ? 'url' : 'to', message: `must have 1 to ${MAX_ADDRESSES} addresses` }];
  return addresses.flatMap((address, index) => {
    const wrong = mailAddressProblem(address);
    const message = wrong === null ? checks.mailProblem(address) : `${shown(address)} ${wrong}`;
    return message === null ? [] : [{ path: to == null ? 'url' : `to.${index}`, message }];
  });
}
