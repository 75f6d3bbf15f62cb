/** Where messages may go: public addresses over https, and what the configuration file allows beside them. Never what an API caller wishes. */
import { lookup as dnsLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An address that is not allowed; its message may be shown. */
export class ForbiddenTarget extends Error {}

export interface TargetGuard {
  /**
   * What can be said of a URL without asking the name service: form, scheme, user info, literal addresses.
   * @returns why it is refused, or null
   */
  problem(url: string): string | null;
  /**
   * For the connection itself: resolves every address of a name, decides by all of them, and hands on exactly addresses that were
   * looked at and are allowed, so that nobody can answer differently a moment later.
   */
  lookup(secure: boolean): LookupFunction;
}

const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');
/** Names that no public name service knows: of one label, or below a domain that is kept for inside networks. */
const INSIDE_NAME = /^[^.]*$|\.(?:localhost|local|localdomain|internal|intranet|private|corp|home|lan|home\.arpa)$/;
/** Public by its number, and yet the inside of a cloud: Azure answers every machine there. */
const METADATA = new Set(['168.63.129.16']);

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

interface Resolved {
  address: string;
  family: number;
}
export type Resolve = (hostname: string) => Promise<Resolved[]>;

/** @param allowTargets CIDRs that are allowed beside public addresses, and over http */
export function createTargetGuard(allowTargets: readonly string[], resolveName: Resolve = resolveAll): TargetGuard {
  const resolve = sharing(resolveName);
  const allowed = allowTargets.map((cidr): Range => unmapped(ipaddr.parseCIDR(cidr)));

  const isAllowed = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
    allowed.some(([range, bits]) => range.kind() === address.kind() && address.match(range as never, bits));

  /** Why an address is refused; null where it may be connected to. */
  const addressProblem = (text: string, secure: boolean): string | null => {
    const address = ipaddr.process(text);
    if (isAllowed(address)) return null;
    if (!isPublic(address)) return `${text} is not a public address; webhooks.allowTargets in the configuration file can allow it`;
    return secure ? null : 'must use https; http is for addresses that webhooks.allowTargets allows';
  };

  /**
   * The addresses of a name that may be connected to. One that is not allowed beside a public one is how a name is turned against its
   * caller, so all are refused. A name that is all inside, such as localhost with 127.0.0.1 and ::1, is what the configuration file is
   * about: what it allows is used, the rest never.
   * @throws where none may be
   */
  const choose = (hostname: string, addresses: Resolved[], secure: boolean): Resolved[] => {
    if (addresses.length === 0) throw new Error(`${hostname} has no address`);
    const judged = addresses.map((one) => ({ one, problem: addressProblem(one.address, secure), outside: isOutside(one.address) }));
    const [refused] = judged.filter(({ problem }) => problem !== null);
    const chosen = judged.filter(({ problem }) => problem === null).map(({ one }) => one);
    if (refused && (chosen.length === 0 || judged.some(({ outside }) => outside)))
      throw new ForbiddenTarget(`${hostname}: ${refused.problem}`);
    return chosen;
  };
  const isOutside = (text: string): boolean => {
    const address = ipaddr.process(text);
    return !isAllowed(address) && isPublic(address);
  };

  return {
    problem(text) {
      const url = parseUrl(text);
      if (url === null) return 'must be an absolute URL like https://example.com/hooks';
      if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must use https';
      if (url.username !== '' || url.password !== '') return 'must not carry a user name or password';
      // An empty user name is dropped by the parser, and still misleads whoever reads it.
      if (/^[^:]*:\/\/[^/?#]*@/.test(text)) return 'must not carry a user name or password';
      const secure = url.protocol === 'https:';
      const literal = literalAddress(url.hostname);
      if (literal !== null) return addressProblem(literal, secure);
      const host = url.hostname.replace(/\.$/, '').toLowerCase();
      const local = host === 'localhost' || host.endsWith('.localhost');
      if (local && !isAllowed(ipaddr.parse('127.0.0.1')) && !isAllowed(ipaddr.parse('::1')))
        return 'localhost is not a public address; webhooks.allowTargets in the configuration file can allow it';
      if (host === '' || host.split('.').includes('')) return 'must name a host';
      if (!secure && allowed.length === 0) return 'must use https';
      if (allowed.length === 0 && INSIDE_NAME.test(host))
        return 'is a name of an inside network; webhooks.allowTargets in the configuration file can allow its address';
      return null;
    },
    lookup: (secure) => (hostname, options, callback) => {
      resolve(hostname)
        .then((addresses) => {
          const chosen = choose(hostname, addresses, secure);
          if (options.all) callback(null, chosen);
          else callback(null, (chosen[0] as Resolved).address, (chosen[0] as Resolved).family);
        })
        .catch((error: NodeJS.ErrnoException) => callback(error, options.all ? [] : ''));
    },
  };
}

/** Of IPv6 only 2000::/3 is given out to the public; the ranges in it that are for something else have names of their own. */
function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (METADATA.has(address.toString())) return false;
  return address.range() === 'unicast' && (address instanceof ipaddr.IPv4 || address.match(GLOBAL));
}

function parseUrl(text: string): URL | null {
  // A URL parser drops these without a word, so that a reader sees another address than it does.
  if (/[\s\\]|\p{Cc}/u.test(text)) return null;
  // It also forgives missing slashes.
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text)) return null;
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** The address that a host stands for, in whatever spelling it came: the URL parser has already made 0x7f.1 into 127.0.0.1. */
function literalAddress(hostname: string): string | null {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '');
  return ipaddr.isValid(bare) ? bare : null;
}

/** An IPv4 range written as IPv6 is the IPv4 range: addresses are compared unwrapped. */
function unmapped([address, bits]: Range): Range {
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96) return [address.toIPv4Address(), bits - 96];
  return [address, bits];
}

/**
 * Whoever asks for a name that is just being looked up gets that answer. All names share few threads: a dead receiver whose name service is
 * silent would else take them all, and every other receiver would wait.
 */
function sharing(resolve: Resolve): Resolve {
  const asked = new Map<string, Promise<Resolved[]>>();
  return (hostname) => {
    const known = asked.get(hostname);
    if (known) return known;
    const answer = resolve(hostname).finally(() => asked.delete(hostname));
    asked.set(hostname, answer);
    return answer;
  };
}

function resolveAll(hostname: string): Promise<Resolved[]> {
  return new Promise((done, failed) => {
    dnsLookup(hostname, { all: true, verbatim: true }, (error, addresses) => (error ? failed(error) : done(addresses)));
  });
}
