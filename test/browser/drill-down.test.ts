import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { launchBrowser, openPage } from './support-browser.ts';
import { entitleAll, login } from './support-centre.ts';

const MONTH = '2026-03';

describe('from the month to the people', () => {
  let browser: Browser;
  let daemon: Daemon;
  beforeAll(async () => {
    [browser, daemon] = await Promise.all([launchBrowser(), startDaemon()]);
    await entitleAll(daemon, 1, 1);
    const licences = ['Recording'];
    await login(daemon, 'edred', licences, { at: `${MONTH}-06T09:00:00Z` });
    await login(daemon, 'eadwig', licences, { at: `${MONTH}-06T09:30:00Z` });
    await daemon.post('/api/v1/events', {
      type: 'logout-all',
      organisation: '129',
      logonSource: 'Scheduled Log Off',
      at: `${MONTH}-06T11:00:00Z`,
    });
  });
  afterAll(async () => {
    await browser.close();
    await daemon.dispose();
  });

  it('UI-61: the bill leads from the number of the month over its days to a peak and the people in it, and Back leads back', async () => {
    const page = await openPage(browser, `${daemon.url}/billing?period=${MONTH}`);
    await page.getByText('Recording: 2').waitFor();
    await page.getByText(/reached on 6 Mar, 09:30:00, by the login of eadwig, and held for 1 h 30 min/).waitFor();
    await page.getByLabel('Your vendor’s rule').selectOption('p95');
    await page.getByText('under “95 % of time”').waitFor();
    await page.getByRole('link', { name: 'Friday 6 March 2026' }).click();
    const people = page.getByRole('region', { name: 'The day’s peak' });
    await people.getByRole('row', { name: /edred/ }).waitFor();
    await people.getByRole('row', { name: /eadwig/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('day')).toBe(`${MONTH}-06`);
    await page.goBack();
    await people.waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('rule')).toBe('p95');
  });

  it('UI-54: the bill says what it costs and how that comes about, and whose number the chosen rule is; paper holds nothing to press', async () => {
    const { body: settings } = await daemon.get<Record<string, unknown>>('/api/v1/organisations/129');
    const entitlements = { Recording: { concurrent: 1, contingency: 1, unitPrice: 42.5, contingencyPrice: 1_095 } };
    await daemon.put('/api/v1/organisations/129', {
      ...settings,
      organisation: undefined,
      entitlements,
      effectiveFrom: '2026-01-01T00:00:00Z',
    });
    const page = await openPage(browser, `${daemon.url}/billing?period=${MONTH}&rule=sustained:30m`);
    await page
      .getByText('It costs 1,137.50 (1 bought × 42.50 + 1 of overflow × 1,095); if exactly this mark were paid, 1,137.50.')
      .waitFor();
    await page.getByRole('row', { name: 'All that have a price 1,137.50' }).waitFor();
    await page.getByText('Who made the 2 of Recording').click();
    await page.getByText('1 h 30 min in sum, at or above it').waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('button:visible, select:visible, nav:visible').count()).toBe(0);
  });

  it('UI-69: the bill says what to buy next month, and what forgotten deskphones cost', async () => {
    const prices = { concurrent: 1, contingency: 3, unitPrice: 1_000, contingencyPrice: 1_500.5 };
    const settings = { name: 'Priced', timeZone: 'Europe/London', entitlements: { Recording: prices } };
    await daemon.put('/api/v1/organisations/131', settings);
    const event = (type: string, user: string, time: string, logonSource: string) => ({
      type,
      organisation: '131',
      user,
      logonSource,
      at: `${MONTH}-06T${time}Z`,
      ...(type === 'login' && { licences: ['Recording'] }),
    });
    await daemon.post('/api/v1/events', [
      event('login', 'edred', '09:00:00', 'Agent Desktop'),
      event('login', 'edred', '09:01:00', 'Paired Device'),
      event('logout', 'edred', '10:00:00', 'Agent Desktop'),
      event('login', 'eadwig', '10:30:00', 'Agent Desktop'),
      event('logout', 'eadwig', '11:00:00', 'Agent Desktop'),
      event('logout', 'edred', '11:00:00', 'Paired Device'),
    ]);
    const page = await openPage(browser, `${daemon.url}/billing?organisation=131&period=${MONTH}`);
    const next = page.getByRole('region', { name: 'Next month' });
    await next.getByText('Buy 2 Recording licences (1 more than now) and no contingency: 2,000 instead of 2,500.50.').waitFor();
    await next.getByRole('row', { name: /Recording 1 2 1 1 fewer 2 2 2,000 2,500.5/ }).waitFor();
    await next.getByRole('link', { name: 'Try other numbers' }).click();
    await page.getByText('2 Recording licences with 0 of contingency cost least (2,000)').waitFor();
    await page.getByLabel(/left on after the desktop/).check();
    await page.getByText('1 Recording licence with 0 of contingency costs least (1,000)').waitFor();
    expect(new URL(page.url()).searchParams.get('secondDevices')).toBe('true');
  });

  it('UI-63: a report opens one dimension at a time and shows the daemon’s totals', async () => {
    const page = await openPage(
      browser,
      `${daemon.url}/reports?from=${MONTH}-06T00:00&to=${MONTH}-07T00:00&metrics=acquired,distinctUsers`,
    );
    await page.getByRole('row', { name: /Total 2 2/ }).waitFor();
    await page.getByLabel('then by').selectOption('user');
    await page.getByRole('button', { name: 'Recording by User' }).click();
    await page.getByRole('row', { name: /edred 1 1/ }).waitFor();
    await page.getByLabel('Only where').selectOption('user');
    await page.getByLabel('is', { exact: true }).fill('eadwig');
    await page.getByRole('button', { name: 'Add the filter' }).click();
    await page.getByRole('row', { name: /Total 1 1/ }).waitFor();
    await page.reload();
    await page.getByRole('row', { name: /Total 1 1/ }).waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    expect((await downloading).suggestedFilename()).toBe('licence-usage-report.csv');
  });

  it('REPORT-27: a report that takes long shows how far it has come, and can be called off and asked for again', async () => {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.addInitScript(() => {
      const { fetch } = window;
      let calls = 0;
      window.fetch = (path, init) => {
        if (init?.method !== 'POST' || !String(path).endsWith('/reports') || calls++ > 0) return fetch(path, init);
        const start = (stream: ReadableStreamDefaultController) =>
          stream.enqueue(new TextEncoder().encode('{"progress":{"done":41,"total":100}}\n'));
        return Promise.resolve(new Response(new ReadableStream({ start })));
      };
    });
    await page.goto(`${daemon.url}/reports?from=${MONTH}-06T00:00&to=${MONTH}-07T00:00&metrics=acquired`);
    await page.getByText('Working out the report … 41 %').waitFor();
    await page.getByRole('status').filter({ hasText: 'Working out the report … 25 %' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled.').waitFor();
    await page.getByRole('button', { name: 'Work it out' }).click();
    await page.getByRole('row', { name: /Total/ }).waitFor();
  });

  it('UI-65: what-if asks when a number changes, shows the answer beside what was, and keeps the numbers in the address', async () => {
    const context = await browser.newContext({ viewport: { width: 1_280, height: 900 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const bodies: { sizes?: Record<string, { concurrent: number }> }[] = [];
    await page.route('**/what-if', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      const body = route.request().postDataJSON() as (typeof bodies)[number];
      bodies.push(body);
      const over = (body.sizes?.['Recording']?.concurrent ?? 1) >= 2 ? 0 : 5_400;
      const numbers = {
        secondsInContingency: over,
        secondsOverLimit: 0,
        loginsInContingency: 1,
        loginsOverLimit: 0,
        contingencyMaxUsed: 1,
      };
      const peak = { value: 2, at: `${MONTH}-06T09:30:00.000Z` };
      const without = { ...peak, saves: 0 };
      const licence = { licenceType: 'Recording', ...numbers, sizes: null, price: 40, cheapest: null, curve: [], peak };
      const asIs = { ...numbers, secondsInContingency: 5_400, concurrent: 1, contingency: 1 };
      const more = { asIs, peakWithout: { staleSessions: without, secondDevices: without }, suggestion: 'Buy 2 of Recording.' };
      const whatIf = { licences: [{ ...licence, ...more }] };
      await route.fulfill({ contentType: 'application/x-ndjson', body: `${JSON.stringify({ whatIf })}\n` });
    });
    await page.goto(`${daemon.url}/what-if?licenceType=Recording&period=${MONTH}`);
    await page.getByText('Buy 2 of Recording.').waitFor();
    await page.getByRole('row', { name: /Time in contingency 1 h 30 min 1 h 30 min/ }).waitFor();
    await page.getByRole('spinbutton', { name: 'Concurrent licences' }).fill('2');
    await page.getByRole('row', { name: /Time in contingency 1 h 30 min 0 s/ }).waitFor();
    expect(bodies.at(-1)).toEqual({ period: MONTH, licenceTypes: ['Recording'], sizes: { Recording: { concurrent: 2, contingency: 1 } } });
    expect(new URL(page.url()).searchParams.get('concurrent')).toBe('2');
  });

  it('UI-62: the history can be zoomed from the keyboard, reset, and read as a table whose rows lead to the people', async () => {
    const page = await openPage(browser, `${daemon.url}/history?licenceType=Recording&from=${MONTH}-06T00:00&to=${MONTH}-07T00:00`);
    await page.locator('hw-history-chart canvas').waitFor();
    await page.getByText('288 stretches of five minutes').waitFor();
    await page.locator('.history-chart').focus();
    await page.keyboard.press('+');
    await page.getByText('144 stretches of five minutes').waitFor();
    await page.keyboard.press('0');
    await page.getByText('288 stretches of five minutes').waitFor();
    await page.getByRole('link', { name: '6 Mar, 09:30:00' }).first().click();
    await page
      .getByRole('region', { name: 'The peak' })
      .getByRole('row', { name: /eadwig/ })
      .waitFor();
  });
});
