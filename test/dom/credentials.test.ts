import { describe, expect, it } from 'vitest';
import { createCredentials, tokenInAddress, withToken } from '../../dashboard/client/credentials.ts';

function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}
const forbidden = (): never => {
  throw new Error('storage is forbidden');
};

describe('the token of a browser', () => {
  it('UI-80: is kept for the tab, or for the device, and forgotten in both', () => {
    const [tab, device] = [storage(), storage()];
    const open = (session = tab) =>
      createCredentials(
        () => session,
        () => device,
      );
    open().hold('a', false);
    expect([open().token(), open(storage()).token()]).toEqual(['a', null]);
    open().hold('b', true);
    expect([open().token(), open(storage()).token()]).toEqual(['b', 'b']);
    open().forget();
    expect([open().token(), open(storage()).token()]).toEqual([null, null]);
  });

  it('UI-80: holds until the page is left where storage is forbidden', () => {
    const credentials = createCredentials(forbidden, forbidden);
    credentials.hold('a', true);
    expect(credentials.token()).toBe('a');
  });

  it('UI-80: goes with every request; 401 asks for one, other answers do not, and an answer to an older token says nothing', async () => {
    let status = 401;
    const sent: (string | null)[] = [];
    const credentials = createCredentials(storage, storage);
    const ask = withToken((_input, init) => {
      sent.push(new Headers(init?.headers).get('authorization'));
      return Promise.resolve(new Response('{}', { status }));
    }, credentials);
    await ask('/api/v1/organisations');
    expect(credentials.standing()).toBe('wanted');
    credentials.hold('a', false);
    credentials.heard(401, null);
    expect(credentials.standing()).toBe('fine');
    await ask('/api/v1/organisations');
    expect(credentials.standing()).toBe('refused');
    status = 403;
    await ask('/api/v1/organisations');
    expect(credentials.standing()).toBe('fine');
    expect(sent).toEqual([null, 'Bearer a', 'Bearer a']);
  });

  it('UI-80: may stand in the address of a wall', () => {
    expect(['', '#', '#token=', '#other=1', '#token=a%2Fb'].map(tokenInAddress)).toEqual([null, null, null, null, 'a/b']);
  });
});
