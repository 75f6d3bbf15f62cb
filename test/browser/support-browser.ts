/** The system's Chromium, and pages in it that fail the test on any error they log. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
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

/** What a page says while its daemon is away on purpose, or on its way up. */
const EXPECTED =
  /status of 503|WebSocket connection to .* failed|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_SOCKET_NOT_CONNECTED/;

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

/** Instants that stand on the page, in a tooltip or in what is heard of it as the wire has them; but not within what was sent over the wire. */
const rawInstants = (page: Page) =>
  page.evaluate(() => {
    const texts = [...document.querySelectorAll('body *')].flatMap((element) =>
      element.closest('pre, code, script, style')
        ? []
        : [
            ...[...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent ?? ''),
            ...['title', 'aria-label'].map((name) => element.getAttribute(name) ?? ''),
          ],
    );
    return texts.filter((text) => /\d{4}-\d\d-\d\dT\d/.test(text));
  });

/**
 * What axe finds on the page as it is, and raw instants on it. Of the dark scheme only its colours are looked at: nothing else differs.
 *
 * @param within a dialog, for example, that stands before a page which was looked at already
 */
export async function faultsOf(page: Page, within = 'html'): Promise<string[]> {
  const found: string[] = await rawInstants(page);
  const look = async (scheme: string, axe: AxeBuilder) => {
    const { violations } = await axe.include(within).analyze();
    found.push(...violations.map(({ id, nodes }) => `${scheme}, ${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`)}`));
  };
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await look('light', new AxeBuilder({ page }));
  await page.emulateMedia({ colorScheme: 'dark' });
  await look('dark', new AxeBuilder({ page }).withRules('color-contrast'));
  return found;
}

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
