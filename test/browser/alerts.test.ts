import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { faultsOf, launchBrowser, openPage, overflow, WAIT_MS } from './support-browser.ts';
import { login } from './support-centre.ts';

const NEARLY_FULL = {
  name: 'Nearly full',
  licenceType: '*',
  metric: 'utilisation',
  op: '>=',
  threshold: 0.9,
  forSeconds: 0,
  keepFiringForSeconds: 0,
  severity: 'critical',
  annotations: {},
};

describe('alerts', () => {
  let browser: Browser;
  let daemon: Daemon;
  beforeAll(async () => {
    [browser, daemon] = await Promise.all([launchBrowser(), startDaemon()]);
  });
  afterAll(async () => {
    await browser.close();
    await daemon.dispose();
  });

  /** An organisation of its own for each test, with one licence bought. */
  async function centre(organisation: string) {
    const path = `/api/v1/organisations/${organisation}`;
    const done = async (answer: Promise<{ status: number; body: unknown }>) => {
      const { status, body } = await answer;
      if (status >= 300) throw new Error(`refused: ${JSON.stringify(body)}`);
    };
    const settings = { name: 'Leeds', timeZone: 'Europe/London', billingPeriodStartDay: 1 };
    await done(daemon.put(path, { ...settings, entitlements: { 'Inbound Agent': { concurrent: 1, contingency: 2 } } }));
    return {
      page: (of: string) => `${daemon.url}${of}?organisation=${organisation}`,
      put: (of: string, body: unknown) => done(daemon.put(path + of, body)),
      post: (of: string, body: unknown) => done(daemon.post(path + of, body)),
      delete: (of: string) => daemon.del(path + of),
      fill: () => login(daemon, 'edred', ['Inbound Agent'], { organisation }),
    };
  }

  /** With a rule that fires, a receiver and a silence: every page of alerts has something on it. */
  async function busyCentre(organisation: string) {
    const of = await centre(organisation);
    await of.put('/alert-rules/nearly-full', NEARLY_FULL);
    await of.put('/webhooks/night', { url: 'https://receiver.invalid/hook', format: 'standard', events: [], enabled: true });
    const silence = { matchers: { rule: 'nearly-full', severity: 'warning' }, by: 'Ann', note: '' };
    await of.post('/silences', { ...silence, endsAt: new Date(Date.now() + 3_600_000).toISOString() });
    await of.fill();
    return of;
  }

  it('UI-70, UI-73: from no rule to the usual ones, to an alert that somebody looks after and nobody is told of for an hour', async () => {
    const of = await centre('70');
    const page = await openPage(browser, of.page('/alerts'));
    await page.getByText('No alert rule is in force').waitFor();
    await page.getByRole('button', { name: /Take over the \d+ usual rules/ }).click();
    await page.getByText('Nothing is firing').waitFor();
    await of.fill();
    const card = page.locator('.alert-card[data-severity="critical"]');
    await card.getByText('Critical, firing').waitFor();
    await card.getByRole('button', { name: /Acknowledge/ }).click();
    await page.getByLabel('Your name').fill('Eadgyth');
    expect(await faultsOf(page, 'dialog[open]')).toEqual([]);
    await page.locator('dialog[open]').getByRole('button', { name: 'Acknowledge' }).click();
    await card.getByText('by Eadgyth').waitFor();
    await card.getByRole('button', { name: /Silence/ }).click();
    await page.locator('dialog[open] .ends button').first().waitFor();
    expect(await faultsOf(page, 'dialog[open]')).toEqual([]);
    await page.locator('dialog[open] .ends button').first().click();
    await card.getByText(/until \d\d:\d\d by Eadgyth/).waitFor();
    await page.getByRole('link', { name: 'Silences' }).click();
    await page.getByRole('button', { name: /^End now/ }).click();
    await page.getByText('No silence is in force').waitFor();
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await page.locator('.alert-strip').getByText('Critical, firing').waitFor();
  });

  it('UI-74: the wall has the alert above its tiles and on the tile of its type, covers nothing, and is calm again when it is over', async () => {
    const of = await centre('74');
    await of.put('/alert-rules/nearly-full', NEARLY_FULL);
    await of.fill();
    const page = await openPage(browser, of.page('/wall/all'), { viewport: { width: 1920, height: 1080 } });
    const strip = page.locator('.wall-alert').filter({ hasText: /Inbound Agent[\s\S]+100 % of the concurrent licences\s+since \d\d:\d\d/ });
    await strip.getByText('Critical, firing').waitFor();
    await page.locator('.wall-tile[data-alert-severity="critical"]').getByText('Critical, firing').waitFor();
    const [above, below] = [await strip.boundingBox(), await page.locator('hw-wall-tiles').boundingBox()];
    expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(below?.y ?? 0);
    await of.delete('/alert-rules/nearly-full');
    await page.locator('.wall-alert').waitFor({ state: 'detached' });
    await page.locator('.wall-tile-alert').first().waitFor({ state: 'detached' });
  });

  it('UI-71: a rule is written, tried on the past, saved, and refused where it makes no sense', async () => {
    const of = await centre('71');
    const page = await openPage(browser, of.page('/alerts/new-rule'), {}, true);
    await page.getByLabel('Name').fill('Nearly full');
    await page.getByRole('button', { name: 'Try it on the last 30 days' }).click();
    await page.getByText(/It would have fired \d+ times? in the last 30 days/).waitFor();
    await page.getByLabel('Ends beyond (optional)').fill('95');
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await page.locator('.field-error').getByText('must not be above threshold').waitFor();
    await page.getByLabel('Ends beyond (optional)').fill('85');
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await page.waitForURL(/\/alerts\/rules\/nearly-full\?/);
    await page.getByText(/for each licence type on its own, when in use is at least 90 %/).waitFor();
  });

  it('UI-72, UI-77, UI-73: a receiver is set, its secret shown once, and what it was sent is listed; a target that is not allowed is refused', async () => {
    const of = await centre('72');
    const page = await openPage(browser, of.page('/alerts/new-receiver'), {}, true);
    await page.getByLabel('Name').fill('night');
    await page.getByLabel('Address').fill('http://127.0.0.1:9/hook');
    await page.getByRole('button', { name: 'Save the receiver' }).click();
    await page.locator('.field-error').waitFor();
    await page.getByLabel('Address').fill('https://receiver.invalid/hook');
    await page.getByRole('button', { name: 'Save the receiver' }).click();
    await page.getByText(/whsec_/).waitFor();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText(/^The test failed: /).waitFor();
    await page
      .getByRole('row', { name: /^Test / })
      .getByRole('button', { name: 'Details' })
      .click();
    const dialog = page.locator('dialog[open]');
    await dialog.getByText(/POST https:\/\/receiver\.invalid\/hook/).waitFor();
    expect(await faultsOf(page, 'dialog[open]')).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Another secret …' }).click();
    await page.getByRole('button', { name: 'Change the secret' }).waitFor();
    expect(await faultsOf(page, 'dialog[open]')).toEqual([]);
    await page.getByRole('button', { name: 'Change the secret' }).click();
    await dialog.getByText(/whsec_/).waitFor();
    expect(await faultsOf(page, 'dialog[open]')).toEqual([]);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText(/The old secret signs until/).waitFor();
    await page.goto(`${of.page('/alerts/receivers')}&status=failed`);
    await page.getByRole('row', { name: /night.*receiver\.invalid/ }).waitFor();
  });

  it('UI-85: a silence and a mute time of every alert say so before they are set, in the list and above the alerts', async () => {
    const of = await busyCentre('85');
    const page = await openPage(browser, of.page('/alerts/silences'));
    await page.getByRole('row', { name: /“Nearly full”, warning only/ }).waitFor();
    const warning = page.getByText('In these hours nothing is sent about any alert, not even critical ones.');
    await warning.waitFor();
    await page.locator('[name=severity]').selectOption('info only');
    await warning.waitFor({ state: 'detached' });
    await page.locator('[name=severity]').selectOption('every alert');
    await page.getByLabel('Name').fill('Night');
    await page.locator('[name=days]').selectOption('Monday to Friday');
    await page.getByRole('button', { name: 'Add the mute time' }).click();
    await page
      .getByRole('row', { name: /Night.*Every alert.*not even critical ones.*Monday to Friday, 22:00 to 06:00 of the next day/ })
      .waitFor();
    await of.post('/silences', { matchers: {}, endsAt: new Date(Date.now() + 3_600_000).toISOString(), by: 'Ann', note: '' });
    await page.goto(of.page('/alerts'));
    await page.getByText(/Nothing is sent about any alert until/).waitFor();
    await page.goto(of.page('/alerts/silences'));
    await page.getByRole('button', { name: 'End now: the silence of Every alert' }).click();
    await page.getByText('The silence is over').waitFor();
  });

  it('UI-31, UI-73: no page of alerts is scrolled sideways, nor has it a fault that axe knows of, light or dark', async () => {
    const of = await busyCentre('73');
    const page = await openPage(browser, of.page('/alerts'));
    for (const part of ['', '/rules', '/new-rule', '/silences', '/history', '/receivers', '/receivers/night', '/new-receiver']) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(of.page(`/alerts${part}`));
      await page.locator('.loading').waitFor({ state: 'detached' });
      await page.getByText(/Live/).first().waitFor();
      expect({ part, faults: await faultsOf(page) }).toEqual({ part, faults: [] });
      for (const width of [360, 768, 3840]) {
        await page.setViewportSize({ width, height: 900 });
        await expect
          .poll(async () => ({ part, width, beyond: await overflow(page) }), { timeout: WAIT_MS })
          .toEqual({ part, width, beyond: [] });
      }
    }
  });
});
