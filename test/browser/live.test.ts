import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startDaemon } from '../support/daemon.ts';
import { freePort, launchBrowser, metric, openPage, shows } from './support-browser.ts';
import { entitleAll, login, logout } from './support-centre.ts';

const OLD = /These numbers are old: last heard \d\d:\d\d:\d\d \(\d+ s ago\)/;

async function centre(options: Parameters<typeof startDaemon>[0] = {}) {
  const daemon = await startDaemon(options);
  onTestFinished(daemon.dispose);
  return daemon;
}

describe('live pages', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  it('UI-20: a login through the API changes the number on the overview and on the wall', async () => {
    const daemon = await centre();
    await entitleAll(daemon);
    const overview = await openPage(browser, daemon.url);
    const wall = await openPage(browser, `${daemon.url}/wall/all`);
    for (const page of [overview, wall]) await shows(page, 'Inbound Agent', '0');
    for (const user of ['edred', 'eadwig', 'edgar', 'edmund']) await login(daemon, user, ['Inbound Agent']);
    for (const page of [overview, wall]) {
      await shows(page, 'Inbound Agent', '4');
      await shows(page, 'Inbound Agent', '0', 'concurrentAvailable');
      await shows(page, 'Inbound Agent', '1', 'contingencyUsed');
      await shows(page, 'Inbound Agent', '4', 'peakBillingPeriod');
      await page.getByText('In contingency: 1 of 2').waitFor();
      expect(await metric(page, 'Inbound Agent').count()).toBe(1);
    }
    await logout(daemon, 'edmund');
    for (const page of [overview, wall]) await shows(page, 'Inbound Agent', '3');
    await overview.getByText('Next login: free').first().waitFor();
    // The wall names nobody.
    expect(await wall.locator('body').innerText()).not.toMatch(/edred|eadwig|edgar/);
  });

  it('UI-21, UI-19: a daemon that stands still makes every page say so in words, its alerts are not known, and all recover when it goes on', async () => {
    const daemon = await centre();
    await entitleAll(daemon);
    const rule = { name: 'Idle', licenceType: 'Inbound Agent', metric: 'inUse', op: '<=', threshold: 0, forSeconds: 0 };
    const terms = { ...rule, keepFiringForSeconds: 0, severity: 'critical', annotations: {} };
    expect((await daemon.put('/api/v1/organisations/129/alert-rules/idle', terms)).status).toBeLessThan(300);
    const pages = [];
    for (const path of ['/', '/wall/all', '/alerts']) pages.push(await openPage(browser, daemon.url + path));
    for (const page of pages) {
      await page.locator('[data-connection=live]').waitFor();
      await page.getByText('Critical, firing').first().waitFor();
    }
    daemon.signal('SIGSTOP');
    onTestFinished(() => daemon.signal('SIGCONT'));
    for (const page of pages) {
      await page.locator('[data-banner=old]').filter({ hasText: OLD }).waitFor();
      // The number stays, marked, and what fired does, as nobody knows whether it still does.
      await page.locator('.old-word').first().waitFor();
      await page.getByText('Critical, unknown').first().waitFor();
      expect(await page.getByText('Critical, firing').count()).toBe(0);
    }
    for (const page of pages.slice(0, 2)) await shows(page, 'Inbound Agent', '0');
    daemon.signal('SIGCONT');
    for (const page of pages) {
      await page.locator('[data-connection=live]').waitFor();
      await page.locator('[data-banner]').waitFor({ state: 'detached' });
      await page.getByText('Critical, firing').first().waitFor();
    }
  });

  it('UI-22, UI-89: a killed daemon that comes back on its port and data is found again without a hand, with the right number', async () => {
    const listen = `127.0.0.1:${await freePort()}`;
    const first = await centre({ listen });
    await entitleAll(first);
    await login(first, 'edred', ['Supervisor']);
    const pages = [await openPage(browser, first.url), await openPage(browser, `${first.url}/wall/all`)];
    const asked = await openPage(browser, first.url);
    for (const page of [...pages, asked]) await shows(page, 'Supervisor', '1');
    await first.kill();
    for (const page of pages) await page.locator('[data-connection=reconnecting], [data-connection=old]').waitFor();
    for (const page of pages) await page.locator('[data-banner=old]').filter({ hasText: OLD }).waitFor();
    await asked.getByRole('link', { name: 'Settings' }).click();
    await asked.getByText('The daemon does not answer.').first().waitFor();
    const second = await centre({ listen, dataDir: first.dataDir });
    await login(second, 'eadwig', ['Supervisor']);
    for (const page of pages) {
      await shows(page, 'Supervisor', '2');
      await page.locator('[data-connection=live]').waitFor();
    }
    await asked.getByRole('button', { name: 'Save the organisation' }).waitFor();
    await asked.getByText('The daemon does not answer.').first().waitFor({ state: 'detached' });
  });

  it('UI-23: a fresh daemon’s pages say what to do, and turn live by themselves with the first event', async () => {
    const daemon = await centre();
    const overview = await openPage(browser, daemon.url);
    const wall = await openPage(browser, `${daemon.url}/wall/all`);
    await overview.getByRole('heading', { name: 'Waiting for the first event' }).waitFor();
    expect(await overview.locator('[data-empty]').innerText()).toMatch(/curl[\s\S]*highwater simulate[\s\S]*npm run demo/);
    await wall.getByText('Waiting for the first event').waitFor();
    await login(daemon, 'edred', ['Inbound Agent']);
    for (const page of [overview, wall]) await shows(page, 'Inbound Agent', '1');
  });

  it('UI-24: a silent feed is said in words of its own while the connection is live', async () => {
    const daemon = await centre();
    await daemon.put('/api/v1/organisations/129', {
      name: 'Northwind',
      timeZone: 'Europe/London',
      billingPeriodStartDay: 1,
      entitlements: {},
      feedSilentAfterSeconds: 1,
    });
    await login(daemon, 'edred', ['Inbound Agent']);
    const page = await openPage(browser, daemon.url);
    await page
      .locator('[data-banner=silent]')
      .filter({ hasText: /Feed silent: no event since \d\d:\d\d:\d\d/ })
      .waitFor();
    await page.getByText('Next login: not known').waitFor();
    await login(daemon, 'edgar', ['Inbound Agent']);
    await page.locator('[data-connection=live]').waitFor();
  });

  it('UI-51: what whoever looks after the daemon should know stands on the overview', async () => {
    const daemon = await centre({ env: { HIGHWATER_BACKUP_DIRECTORY: '/dev/null/backups' } });
    await login(daemon, 'edred', ['Inbound Agent']);
    expect((await daemon.post('/api/v1/backups', {})).status).toBe(503);
    const page = await openPage(browser, daemon.url);
    await page
      .getByRole('status', { name: 'The daemon' })
      .getByText(/There is no backup yet; the newest attempt failed: /)
      .waitFor();
  });

  it('UI-25: the chosen organisation stands in the address and is kept from page to page', async () => {
    const daemon = await centre();
    await login(daemon, 'edred', ['Inbound Agent']);
    await login(daemon, 'edred', ['Supervisor'], { organisation: '130' });
    const page = await openPage(browser, daemon.url);
    await shows(page, 'Inbound Agent', '1');
    await page.getByLabel('Organisation').selectOption('130');
    await shows(page, 'Supervisor', '1');
    expect(await metric(page, 'Inbound Agent').count()).toBe(0);
    await page.getByRole('link', { name: 'Wall' }).click();
    expect(new URL(page.url()).search).toBe('?organisation=130');
    await shows(page, 'Supervisor', '1');
    await page.reload();
    await shows(page, 'Supervisor', '1');
  });
});
