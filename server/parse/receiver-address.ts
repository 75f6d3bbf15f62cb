/** Where a receiver is: a URL, or of e-mail a list of addresses in either of two ways. */
import type { WebhookFormat } from '../../shared/alerts.ts';
import { addressesOf, mailAddressProblem } from '../../shared/mail-address.ts';
import { shown } from './issues.ts';
import type { Problems } from './refusal.ts';

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

export function checkAddress(given: Given, checks: AddressChecks, problems: Problems): void {
  if (given.format === 'email') checkMail(given, checks, problems);
  else checkUrl(given, checks, problems);
}

function checkUrl({ url, to, format }: Given, checks: AddressChecks, problems: Problems): void {
  if (to != null) problems.add({ path: 'to', message: `is of e-mail; ${format} has a url` });
  const wrong = url === undefined ? 'is required' : checks.urlProblem(url);
  if (wrong !== null) problems.add({ path: 'url', message: wrong });
}

function checkMail({ url, to }: Given, checks: AddressChecks, problems: Problems): void {
  if (to != null && url !== undefined) return problems.add({ path: 'to', message: 'must not be given together with url' });
  if (to == null && url === undefined)
    return problems.add({ path: 'url', message: 'is required, as mailto:ops@example.com; or to, a list of addresses' });
  const addresses = to ?? addressesOf(url as string);
  if (addresses === null)
    return problems.add({ path: 'url', message: 'must be mailto:ops@example.com, more addresses separated by commas' });
  const path = (index: number) => (to == null ? 'url' : `to.${index}`);
  if (addresses.length === 0 || addresses.length > MAX_ADDRESSES)
    problems.add({ path: to == null ? 'url' : 'to', message: `must have 1 to ${MAX_ADDRESSES} addresses` });
  for (const [index, address] of addresses.slice(0, MAX_ADDRESSES).entries()) {
    const wrong = mailAddressProblem(address);
    if (wrong !== null) problems.add({ path: path(index), message: `${shown(address)} ${wrong}` });
    else {
      const refused = checks.mailProblem(address);
      // The same is true of every other.
      if (refused !== null) return problems.add({ path: path(index), message: refused });
    }
  }
}
