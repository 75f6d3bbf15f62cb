import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { faultsOf, launchBrowser, metric, openPage, overflow, WAIT_MS } from './support-browser.ts';
import { entitleAll, login } from './support-centre.ts';

const PAGES = [
  '/',
  '/licences/Inbound%20Agent',
  '/sessions',
  '/records',
  '/history',
  '/reports',
  '/billing',
  '/what-if',
  '/settings',
  '/wall/all',
];

/** What of the wall scrolls, leaves the screen, or is cut off by its tile. */
const wallFaults = (page: Page) =>
  page.evaluate(() => {
    const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement;
    const faults = scrollHeight > clientHeight || scrollWidth > clientWidth ? ['the page scrolls'] : [];
    for (const box of document.querySelectorAll('.wall-tile-box')) {
      const { right, bottom } = box.getBoundingClientRect();
      const name = box.querySelector('h2')?.textContent;
      if (right > innerWidth || bottom > innerHeight) faults.push(`${name} leaves the screen`);
      if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) faults.push(`${name} is cut off`);
    }
    return faults;
  });

describe('how the pages look', () => {
  let browser: Browser;
  let daemon: Daemon;
  beforeAll(async () => {
    [browser, daemon] = await Promise.all([launchBrowser(), startDaemon()]);
    const types = await entitleAll(daemon);
    // One type beyond the catalogue makes seventeen, one user beyond both pools shows every state.
    for (const user of ['edred', 'eadwig', 'edgar', 'edmund', 'edward', 'egbert']) {
      await login(daemon, user, ['Inbound Agent', ...types.slice(0, 4), 'Video Kiosk of a Long Name']);
    }
    const entitlements = {
      'Inbound Agent': { concurrent: 9 },
      Supervisor: { concurrent: 2 },
      'Agent Calls': { concurrent: 1, contingency: 2 },
    };
    await daemon.put('/api/v1/organisations/130', {
      name: 'Southwind',
      timeZone: 'Europe/London',
      billingPeriodStartDay: 1,
      entitlements: { ...entitlements, Recording: { concurrent: 1 } },
    });
    for (const user of ['offa', 'cenwulf']) {
      await login(daemon, user, [...Object.keys(entitlements), 'Recording', 'Video Kiosk'], { organisation: '130' });
    }
  });
  afterAll(async () => {
    await browser.close();
    await daemon.dispose();
  });

  async function settled(path: string, options: Parameters<typeof openPage>[2]): Promise<Page> {
    const page = await openPage(browser, daemon.url + path, options);
    await ready(page);
    return page;
  }

  async function visit(page: Page, path: string): Promise<void> {
    await page.goto(daemon.url + path);
    await ready(page);
  }

  async function ready(page: Page): Promise<void> {
    await page.locator('[data-connection=live]').waitFor();
    await page.locator('table tbody tr, [data-metric=inUse], .range').first().waitFor();
  }

  it('UI-30, UI-88: axe finds nothing on any page, light or dark, and no instant stands there as the wire has it', async () => {
    const page = await settled('/', {});
    for (const path of PAGES) {
      // A small organisation in which every state occurs: the same tile seventeen times teaches nothing more.
      await visit(page, `${path}?organisation=130`);
      expect({ path, faults: await faultsOf(page) }).toEqual({ path, faults: [] });
    }
  });

  it('UI-31: nothing has to be scrolled sideways, from 360 px to 4K', async () => {
    const page = await settled('/', {});
    for (const path of PAGES) {
      await visit(page, path);
      for (const [width, height] of [
        [360, 740],
        [768, 1024],
        [3840, 2160],
      ] as const) {
        await page.setViewportSize({ width, height });
        // Charts follow their new size with the next frame.
        await expect
          .poll(async () => ({ path, width, beyond: await overflow(page) }), { timeout: WAIT_MS })
          .toEqual({ path, width, beyond: [] });
      }
    }
  });

  it('UI-32: the wall fits every type on the screen without scrolling, and every word into its tile', async () => {
    const page = await settled('/wall/all', {});
    expect(await page.locator('.wall-tile').count()).toBe(17);
    for (const [width, height] of [
      [1920, 1080],
      [3840, 2160],
      [1080, 1920],
      [1366, 768],
    ] as const) {
      await page.setViewportSize({ width, height });
      // The grid follows its new size with the next frame.
      await expect.poll(() => wallFaults(page), { timeout: WAIT_MS }).toEqual([]);
      const digits = await metric(page, 'Inbound Agent').evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
      expect(digits).toBeGreaterThan(Math.min(width, height) / 12);
    }
  });

  it('UI-55: where the system decides about colours, gauges keep their patterns and the page that one is on is marked', async () => {
    const page = await settled('/', { forcedColors: 'active' });
    const ground = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).backgroundColor + getComputedStyle(element).backgroundImage);
    const paper = await ground('body');
    const grounds = await Promise.all(
      ['.gauge-concurrent', '.gauge-contingency', '.gauge-over', '.gauge-mark', 'nav a[aria-current]'].map(ground),
    );
    expect(new Set([paper, ...grounds.slice(0, 3)]).size).toBe(4);
    expect(grounds).not.toContain(paper);
    const colours = async () => ({
      ink: await page.locator('body').evaluate((element) => getComputedStyle(element).color),
      soft: await page.locator('.page-note').evaluate((element) => getComputedStyle(element).color),
    });
    await page.emulateMedia({ forcedColors: 'none', reducedMotion: 'reduce' });
    const usual = await colours();
    expect(usual.soft).not.toBe(usual.ink);
    await page.emulateMedia({ contrast: 'more' });
    expect(await colours()).toEqual({ ink: usual.ink, soft: usual.ink });
  });

  it('UI-33: the whole page can be used from the keyboard, and where the focus is can be seen', async () => {
    const page = await settled('/', {});
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    const focusAfterTab = async (pseudo?: string) => {
      await page.keyboard.press('Tab');
      return page.evaluate((part) => {
        const link = document.activeElement as HTMLElement;
        return { href: link.getAttribute('href'), outline: getComputedStyle(link, part).outlineStyle };
      }, pseudo);
    };
    expect(await focusAfterTab()).toEqual({ href: '/alerts/rules', outline: 'solid' });
    // A tile is one large link: its outline is that of the whole tile.
    expect(await focusAfterTab('::after')).toEqual({ href: '/licences/Meeting%20Room', outline: 'solid' });
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Meeting Room' }).waitFor();
  });

  it('UI-34: the scheme follows the system, and a choice outlives a reload', async () => {
    const page = await settled('/', { colorScheme: 'dark' });
    const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await paper();
    const toggle = page.getByRole('button', { name: /Colours:/ });
    await toggle.click();
    expect(await paper()).not.toBe(dark);
    await page.reload();
    await page.getByRole('button', { name: 'Colours: light. Change' }).waitFor();
    expect(await paper()).not.toBe(dark);
  });
});
