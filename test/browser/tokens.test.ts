import { createHash } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { launchBrowser, openPage } from './support-browser.ts';

/** With letters that may not stand in a subprotocol. */
const TOKEN = 'reads/only+(=';
const ADMIN = 'administers';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a daemon that asks for a token', () => {
  let browser: Browser;
  let daemon: Daemon;
  beforeAll(async () => {
    const tokens = [
      `{name: wall, tokenSha256: ${sha256(TOKEN)}, role: viewer}`,
      `{name: boss, tokenSha256: ${sha256(ADMIN)}, role: admin}`,
    ];
    const env = { HIGHWATER_AUTH_TOKENS: `[${tokens.join(', ')}]` };
    [browser, daemon] = await Promise.all([launchBrowser(), startDaemon({ env })]);
    const event = { type: 'login', organisation: '129', user: 'edred', logonSource: 'Agent Desktop', licences: ['Inbound Agent'] };
    const answer = await daemon.post('/api/v1/events', event, { authorization: `Bearer ${ADMIN}` });
    expect(answer.status).toBe(200);
  });
  afterAll(async () => {
    await browser.close();
    await daemon.dispose();
  });

  it('UI-81: a page asks for it, says when it is not known, is live with it, keeps it over a reload, and gives it up', async () => {
    const page = await openPage(browser, daemon.url, {}, true);
    await page.locator('input[name=token]').fill('guessed');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('This token is not known').waitFor();
    await page.locator('input[name=token]').fill(TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('[data-connection=live]').waitFor();
    await page.locator('[data-licence-type="Inbound Agent"][data-metric=inUse]').first().waitFor();
    await page.reload();
    await page.locator('[data-connection=live]').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('This daemon asks for a token').waitFor();
  });

  it('UI-82: a wall brings its token in its address, which keeps it for the next morning', async () => {
    const page = await openPage(browser, `${daemon.url}/wall/all#token=${encodeURIComponent(TOKEN)}`);
    await page.locator('[data-connection=live]').waitFor();
    await page.locator('.wall-tile').first().waitFor();
    expect(page.url()).toBe(`${daemon.url}/wall/all`);
    const state = await page.context().storageState();
    const next = await openPage(browser, `${daemon.url}/wall/all`, { storageState: state });
    await next.locator('[data-connection=live]').waitFor();
  });
});
