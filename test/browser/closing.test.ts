import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { faultsOf, launchBrowser, openPage } from './support-browser.ts';
import { entitleAll, login, ORGANISATION } from './support-centre.ts';

const MONTH = '2026-03';
const O = `/api/v1/organisations/${ORGANISATION}`;

describe('what was billed, and what is made by itself', () => {
  let browser: Browser;
  let daemon: Daemon;
  beforeAll(async () => {
    [browser, daemon] = await Promise.all([launchBrowser(), startDaemon()]);
    await entitleAll(daemon, 1, 1);
    await login(daemon, 'edred', ['Recording'], { at: `${MONTH}-06T09:00:00Z` });
    await daemon.post('/api/v1/events', { type: 'logout-all', organisation: ORGANISATION, at: `${MONTH}-06T11:00:00Z` });
  });
  afterAll(async () => {
    await browser.close();
    await daemon.dispose();
  });

  it('UI-66, UI-30: a period is closed on the page, and what comes later is told beside the bill and makes a revision', async () => {
    // The daemon would do so by itself: the period has settled long ago.
    expect((await daemon.post(`${O}/billing/${MONTH}/close`, {})).status).toBe(200);
    const page = await openPage(browser, `${daemon.url}/billing?part=statements`);
    page.on('dialog', (dialog) => void dialog.accept());
    const row = page.getByRole('row', { name: new RegExp(MONTH) });
    await row.getByText('Statement', { exact: true }).waitFor();
    await login(daemon, 'eadwig', ['Recording'], { at: `${MONTH}-06T09:30:00Z` });
    await page.goto(`${daemon.url}/billing?period=${MONTH}`);
    await page.getByText('The records say otherwise now').waitFor();
    await page.getByText('Recording, Exact maximum: 1 → 2').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'Statements' }).click();
    await row.getByRole('button', { name: 'Revise now' }).click();
    await row.getByText('Revision 1').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it('UI-67, UI-30: a vendor’s file is tried, given, and stands beside ours with the likely cause', async () => {
    const page = await openPage(browser, `${daemon.url}/billing?part=comparison&period=${MONTH}`);
    await page.getByText('No figures of 2026-03 were given yet').waitFor();
    await page.getByLabel('Whose figures').fill('acme');
    const csv = `Date,Licence Type,Peak\r\n${MONTH}-06,Recording,2\r\n${MONTH}-07,Recording,lots\r\n`;
    await page.getByLabel('File').setInputFiles({ name: 'acme.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('Tried, nothing kept').waitFor();
    await page.getByText(/Line 3:/).waitFor();
    expect((await daemon.get<{ items: unknown[] }>(`${O}/vendor-figures`)).body.items).toEqual([]);
    await page.getByRole('button', { name: 'Give the figures' }).click();
    await page.getByRole('table', { name: 'Day by day' }).getByText(`${MONTH}-06`).waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it('UI-68, UI-30: a report is saved, made on request, and its file is there', async () => {
    const page = await openPage(browser, `${daemon.url}/reports`);
    await page.getByText('Save this report').click();
    await page.getByLabel('Name', { exact: true }).fill('Levels of last week');
    await page.locator('select[name=range]').selectOption('last-7-days');
    await page.getByLabel('Made by itself').selectOption('week');
    await page.getByRole('button', { name: 'Save the report' }).click();
    await page.getByRole('link', { name: 'All saved reports' }).click();
    await page.getByText(/made every Monday at 06:00, next/).waitFor();
    await page.getByRole('button', { name: 'Make it now' }).click();
    await page.getByText(/1 run, the last .*: done/).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
    expect(file.suggestedFilename()).toBe('levels-of-last-week-1.csv');
    expect(await faultsOf(page)).toEqual([]);
  });
});
