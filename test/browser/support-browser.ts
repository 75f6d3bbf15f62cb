/** The system's Chromium, and pages in it that fail the test on any error they log. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

const EXECUTABLES = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Ends what hangs: on a busy machine a page may take ten times as long as on a quiet one. */
export const WAIT_MS = 120_000;

/** With a profile of its own, which is gone with it. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = EXECUTABLES.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new Error('no Chromium: set CHROMIUM to the path of one');
  return chromium.launch({ executablePath, args: ARGS });
}

/** What a page says while its daemon is away on purpose. */
const EXPECTED =
  /WebSocket connection to .* failed|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_SOCKET_NOT_CONNECTED/;

/**
 * A page in a context of its own; closed with the test, which fails on script errors and on breaches of the security policy.
 *
 * @param refused the page is made to ask for what the daemon refuses, or without the token that it wants
 */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}, refused = false): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    const expected = EXPECTED.test(message.text()) || (refused && /status of 40[014]/.test(message.text()));
    if (message.type() === 'error' && !expected) faults.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    expect(faults).toEqual([]);
  });
  await page.goto(url);
  return page;
}

/** Elements that reach beyond the screen or their tile, as text to read in a failure. */
export const overflow = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = [...document.querySelectorAll('body *')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1 && !element.closest('.unseen, .legend, .chart-canvas, thead'),
    );
    return scrollWidth > clientWidth ? ['the page', ...wide.slice(0, 5).map((element) => `${element.tagName}.${element.className}`)] : [];
  });

/** The element of a live number. */
export const metric = (page: Page, licenceType: string, name = 'inUse') =>
  page.locator(`[data-licence-type="${licenceType}"][data-metric="${name}"]`);

/** Resolves once the element shows exactly this text. */
export async function shows(page: Page, licenceType: string, value: string, name = 'inUse'): Promise<void> {
  await metric(page, licenceType, name)
    .filter({ hasText: new RegExp(`^\\s*${value}\\s*$`) })
    .waitFor();
}

/** A port that was free a moment ago: for a daemon that has to come back under the same address. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
