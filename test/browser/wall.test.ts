import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { launchBrowser, openPage, shows, WAIT_MS } from './support-browser.ts';
import { login } from './support-centre.ts';

const SCREENS = [
  [1920, 1080],
  [1366, 768],
  [1080, 1920],
  [3840, 2160],
] as const;

describe('a wall with much on it', () => {
  let browser: Browser;
  let daemon: Daemon;
  beforeAll(async () => {
    [browser, daemon] = await Promise.all([launchBrowser(), startDaemon()]);
  });
  afterAll(async () => {
    await browser.close();
    await daemon.dispose();
  });

  /** An organisation in which one is signed in for each type, so that each fires that has a rule. */
  async function centre(organisation: string, types: string[], severities: readonly string[]): Promise<void> {
    const entitlements = Object.fromEntries(types.map((type) => [type, { concurrent: 1 }]));
    const path = `/api/v1/organisations/${organisation}`;
    await daemon.put(path, { name: organisation, timeZone: 'Europe/London', billingPeriodStartDay: 1, entitlements });
    for (const [index, severity] of severities.entries()) {
      const answer = await daemon.put(`${path}/alert-rules/rule-${index}`, {
        name: 'Full',
        licenceType: types[index],
        metric: 'inUse',
        op: '>=',
        threshold: 1,
        forSeconds: 0,
        keepFiringForSeconds: 0,
        severity,
        annotations: {},
      });
      expect(answer.status).toBeLessThan(300);
    }
    await login(daemon, 'edred', types, { organisation });
  }

  /** Names of the strip that a reader sees whole on the screen. */
  const seen = (page: Page, severity: string) =>
    page.locator(`.wall-alert[data-severity="${severity}"] bdi`).evaluateAll((names) =>
      names
        .filter((name) => {
          const { left, right, top, bottom, width } = name.getBoundingClientRect();
          const room = name.parentElement as HTMLElement;
          const cut = room.scrollWidth > room.clientWidth;
          return width > 0 && left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight && !cut;
        })
        .map((name) => name.textContent ?? ''),
    );

  it('UI-74: criticals stay in sight however many there are, on every screen and at every turn, and the wall does not scroll', async () => {
    const types = Array.from({ length: 24 }, (_, index) => `Licence of queue ${index + 1}`);
    await centre('200', types, [...types.slice(0, 14).map(() => 'critical'), ...types.slice(14).map(() => 'warning')]);
    // The rules concern types on a page of the board whose turn it is not, too.
    const page = await openPage(
      browser,
      `${daemon.url}/wall/${encodeURIComponent(`${types[0]};${types.slice(1).join(',')}`)}?organisation=200`,
    );
    await page.locator('.wall-alert').first().waitFor();
    for (const [width, height] of SCREENS) {
      await page.setViewportSize({ width, height });
      await expect.poll(async () => new Set(await seen(page, 'critical')).size, { timeout: WAIT_MS }).toBe(14);
      expect((await seen(page, 'warning')).length).toBeGreaterThan(0);
      expect(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
    }
    await page.locator('.wall-alert-heading').getByText('14 critical, 10 warnings').waitFor();
  });

  it('UI-83: names of 128 letters that differ in one place can be told apart on the wall, whatever their script, and are whole for who listens', async () => {
    const pad = (text: string, end: string) => `${text.padEnd(128 - end.length, text)}${end}`;
    const types = [
      ...['A', 'B'].map((team) => pad('Licence of the northern region by framework contract ', team)),
      ...['2024', '2025'].map((year) => `Agent of the contract of ${year}${', with everything that anybody may ever want'.repeat(2)}`),
      ...['👩‍👩‍👧‍👦', '👩‍👩‍👧'].map((family) => `Family ${'🏳️‍🌈'.repeat(15)} ${family}`),
      ...['الأول', 'الثاني'].map((end) => `رخصة الوكيل الوارد لمركز الاتصال في المنطقة الشمالية حسب العقد الإطاري ${end}`),
    ];
    await centre(
      '201',
      types,
      types.map(() => 'critical'),
    );
    const page = await openPage(browser, `${daemon.url}/wall/all?organisation=201`);
    await page.locator('.wall-alert').first().waitFor();
    for (const [width, height] of SCREENS) {
      await page.setViewportSize({ width, height });
      await expect.poll(async () => new Set(await seen(page, 'critical')).size, { timeout: WAIT_MS }).toBe(types.length);
      const names = await page.locator('.wall-name').evaluateAll((headings) =>
        headings.map((heading) => ({
          shown: heading.querySelector('bdi')?.textContent,
          heard: heading.querySelector('.unseen')?.textContent,
          whole: heading.scrollHeight <= heading.clientHeight + 1,
        })),
      );
      expect(new Set(names.map(({ shown }) => shown)).size).toBe(types.length);
      expect(names.filter(({ whole }) => !whole)).toEqual([]);
      expect(names.map(({ heard }) => heard).sort()).toEqual([...types].sort());
    }
  });

  it('UI-86: digits and words of a tile keep their places and sizes while the number changes below its mark', async () => {
    await centre('203', ['Inbound Agent', 'Supervisor'], []);
    const user = (nth: number) => login(daemon, `user-${nth}`, ['Inbound Agent'], { organisation: '203' });
    for (let nth = 1; nth < 10; nth += 1) await user(nth);
    const page = await openPage(browser, `${daemon.url}/wall/all?organisation=203`, { viewport: { width: 1920, height: 1080 } });
    await shows(page, 'Inbound Agent', '10');
    const looks = () =>
      page.locator('.wall-tile').evaluateAll((tiles) =>
        tiles.flatMap((tile) =>
          ['.wall-name', '.wall-digits', '.wall-state', '.wall-facts'].map((part) => {
            const element = tile.querySelector(part) as HTMLElement;
            const { left, top } = element.getBoundingClientRect();
            return [part, getComputedStyle(element).fontSize, Math.round(left), Math.round(top)];
          }),
        ),
      );
    const before = await looks();
    const leave = { type: 'logout', organisation: '203', user: 'user-1', logonSource: 'Agent Desktop' };
    await daemon.post('/api/v1/events', leave);
    await shows(page, 'Inbound Agent', '9');
    expect(await looks()).toEqual(before);
  });

  it('UI-57: a wall of an organisation that is not there says so, and the header of its pages is as high as any other', async () => {
    await centre('202', ['Inbound Agent'], []);
    const wall = await openPage(browser, `${daemon.url}/wall/all?organisation=nobody`, {}, true);
    await wall.getByText('There is no organisation “nobody” yet: waiting for its first event').waitFor();
    const page = await openPage(browser, `${daemon.url}/?organisation=nobody`, {}, true);
    const height = () => page.locator('.site-header').evaluate((header) => header.getBoundingClientRect().height);
    await page.getByRole('heading', { name: 'Waiting for the first event of organisation nobody' }).waitFor();
    const without = await height();
    await page.goto(`${daemon.url}/?organisation=202`);
    await page.locator('[data-connection=live]').waitFor();
    expect(await height()).toBe(without);
  });

  it('UI-83: organisations of one name have their ids beside it in the picker', async () => {
    for (const id of ['301', '302']) {
      await daemon.put(`/api/v1/organisations/${id}`, { name: 'Twin', timeZone: 'UTC', billingPeriodStartDay: 1, entitlements: {} });
    }
    const page = await openPage(browser, `${daemon.url}/?organisation=301`);
    const names = () =>
      page.locator('.organisation-picker option').evaluateAll((options) => options.map((option) => option.textContent?.trim()));
    await expect.poll(names, { timeout: WAIT_MS }).toEqual(expect.arrayContaining(['Twin (301)', 'Twin (302)']));
  });
});
