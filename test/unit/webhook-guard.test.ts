import { describe, expect, it } from 'vitest';
import { createTargetGuard, type Resolve } from '../../server/webhooks/guard.ts';
import { secretProblem } from '../../server/webhooks/sign.ts';
import { HOSTILE_URLS } from '../support/hostile-urls.ts';

const strict = createTargetGuard([]);

describe('where webhooks may go', () => {
  it('HOOK-20 there are at least eighty hostile spellings to be tried', () => expect(HOSTILE_URLS.length).toBeGreaterThanOrEqual(80));

  it.each(HOSTILE_URLS)('HOOK-21 %s is refused', (url) => expect(strict.problem(url)).not.toBeNull());

  it.each([
    'https://example.com/hook',
    'https://hooks.slack.com/services/T0/B0/x?y=1#z',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/',
    'https://bücher.example/',
    'https://example.com:8443/a@b',
  ])('HOOK-22 %s is allowed', (url) => expect(strict.problem(url)).toBeNull());

  it('HOOK-23 the configuration may allow ranges, there also over http, in whatever spelling', () => {
    const guard = createTargetGuard(['127.0.0.1/32', '10.0.0.0/8', 'fd00::/8', '::ffff:192.168.7.0/120']);
    for (const url of [
      'http://127.0.0.1:8080/',
      'http://2130706433/',
      'https://10.1.2.3/',
      'http://[fd00::1]/',
      'http://[::ffff:10.0.0.1]/',
    ]) {
      expect(guard.problem(url), url).toBeNull();
    }
    for (const url of ['http://localhost:1/', 'http://192.168.7.9/', 'http://inside.example/', 'http://metadata/', 'https://db.internal/'])
      expect(guard.problem(url), url).toBeNull();
    for (const url of [
      'http://127.0.0.2/',
      'https://192.168.8.1/',
      'https://169.254.169.254/',
      'http://93.184.216.34/',
      'http://u@127.0.0.1/',
    ]) {
      expect(guard.problem(url), url).not.toBeNull();
    }
  });
});

describe('the name service', () => {
  const looked = (addresses: string[], allow: string[] = [], secure = true) => {
    const resolve: Resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    return new Promise<unknown>((done) => {
      createTargetGuard(allow, resolve).lookup(secure)('rebind.example', { all: true }, (error, found) =>
        done(error ? error.message : found),
      );
    });
  };

  it('HOOK-24 a name is refused if any of its addresses is not allowed', async () => {
    expect(await looked(['93.184.216.34', '10.0.0.1'])).toContain('10.0.0.1');
    expect(await looked(['93.184.216.34', '::ffff:127.0.0.1'])).toContain('not a public address');
    expect(await looked([])).toContain('no address');
  });

  it('HOOK-25 the connection gets the very addresses that were looked at', async () => {
    expect(await looked(['93.184.216.34'])).toEqual([{ address: '93.184.216.34', family: 4 }]);
    expect(await looked(['10.0.0.1'], ['10.0.0.0/8'], false)).toEqual([{ address: '10.0.0.1', family: 4 }]);
  });

  it('HOOK-27 of a name that is all inside only what the configuration allows is connected to; beside a public address nothing is', async () => {
    const here = [{ address: '127.0.0.1', family: 4 }];
    expect(await looked(['::1', '127.0.0.1'], ['127.0.0.1/32'], false)).toEqual(here);
    expect(await looked(['127.0.0.1', '10.0.0.1'], ['127.0.0.1/32'])).toEqual(here);
    expect(await looked(['::1', '127.0.0.2'], ['127.0.0.1/32'])).toContain('not a public address');
    expect(await looked(['93.184.216.34', '127.0.0.1', '10.0.0.1'], ['127.0.0.1/32'])).toContain('10.0.0.1');
    expect(await looked(['93.184.216.34', '127.0.0.1'], ['127.0.0.1/32'])).toHaveLength(2);
    expect(await looked(['93.184.216.34', '127.0.0.1'], ['127.0.0.1/32'], false)).toContain('https');
  });

  it('HOOK-28 a name that flips between two answers is judged anew by each connection', async () => {
    let asked = 0;
    const resolve: Resolve = async () => [{ address: ++asked % 2 ? '93.184.216.34' : '169.254.169.254', family: 4 }];
    const lookup = createTargetGuard([], resolve).lookup(true);
    const once = () => new Promise((done) => lookup('flip.example', { all: true }, (error, found) => done(error ? error.message : found)));
    for (let turn = 0; turn < 3; turn++) {
      expect(await once()).toEqual([{ address: '93.184.216.34', family: 4 }]);
      expect(await once()).toContain('not a public address');
    }
  });

  it('HOOK-80 who asks for a name that is being looked up gets that answer; later it is looked up anew', async () => {
    let asked = 0;
    let answer = (_: { address: string; family: number }[]): void => {};
    const resolve: Resolve = () => {
      asked++;
      return new Promise((done) => (answer = done));
    };
    const lookup = createTargetGuard([], resolve).lookup(true);
    const once = () => new Promise((done) => lookup('slow.example', { all: true }, (_, found) => done(found)));
    const both = [once(), once()];
    const here = [{ address: '93.184.216.34', family: 4 }];
    answer(here);
    expect([await Promise.all(both), asked]).toEqual([[here, here], 1]);
    const later = once();
    expect(asked).toBe(2);
    answer(here);
    expect(await later).toEqual(here);
  });

  it('HOOK-26 a public address is not spoken to over http', async () => {
    expect(await looked(['93.184.216.34'], ['10.0.0.0/8'], false)).toContain('https');
  });
});

describe('secrets', () => {
  const bytes = (count: number) => Buffer.alloc(count, 7).toString('base64');

  it('HOOK-29 a secret after whsec_ has 24 to 64 bytes; one of another kind at least 16', () => {
    for (const count of [24, 32, 64]) expect(secretProblem(`whsec_${bytes(count)}`, 'standard'), String(count)).toBeNull();
    for (const count of [1, 16, 23, 65]) expect(secretProblem(`whsec_${bytes(count)}`, 'standard'), String(count)).toContain('24 to 64');
    expect(secretProblem(bytes(16), 'standard')).toBeNull();
    expect(secretProblem(bytes(15), 'standard')).toContain('at least 16');
  });
});
