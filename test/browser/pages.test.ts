import { readFile } from 'node:fs/promises';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../support/daemon.ts';
import { launchBrowser, openPage, shows } from './support-browser.ts';
import { entitleAll, login } from './support-centre.ts';

describe('pages', () => {
  let browser: Browser;
  let daemon: Daemon;
  beforeAll(async () => {
    [browser, daemon] = await Promise.all([launchBrowser(), startDaemon()]);
    await entitleAll(daemon);
    await login(daemon, 'edred', ['Inbound Agent', 'Agent E-mail']);
    await login(daemon, 'edred', ['Inbound Agent', 'Agent Calls'], { logonSource: 'Paired Device' });
  });
  afterAll(async () => {
    await browser.close();
    await daemon.dispose();
  });

  it('UI-40: a licence type’s page has its number, a chart of the last hour with a table beside it, and who is counted', async () => {
    const page = await openPage(browser, daemon.url);
    await page.getByRole('link', { name: 'Inbound Agent' }).click();
    await shows(page, 'Inbound Agent', '1');
    await page.locator('hw-level-chart canvas').waitFor();
    await page.getByText('The same as a table').click();
    await page.getByRole('columnheader', { name: 'Highest' }).waitFor();
    const holder = page.getByRole('row', { name: /edred/ });
    await holder.waitFor();
    expect(await holder.innerText()).toMatch(/desktop[\s\S]*deskphone/);
  });

  it('UI-41: the chart’s line moves with the live number', async () => {
    const page = await openPage(browser, `${daemon.url}/licences/Recording`);
    const caption = page.locator('.page-chart figcaption');
    await caption.filter({ hasText: 'now 0' }).waitFor();
    await login(daemon, 'eadwig', ['Recording'], { logonSource: 'Soft Client' });
    await caption.filter({ hasText: /between 0 and 1 in use, now 1/ }).waitFor();
  });

  it('UI-42: the sessions follow the live state, and filters stand in the address', async () => {
    const page = await openPage(browser, `${daemon.url}/sessions`);
    await page.getByRole('row', { name: /edred/ }).first().waitFor();
    await login(daemon, 'edgar', ['UC User'], { logonSource: 'Web Presence' });
    await page.getByRole('row', { name: /edgar/ }).waitFor();
    await page.getByText(/read at \d\d:\d\d:\d\d/).waitFor();
    await page.getByLabel('Logon source').selectOption('Paired Device');
    await page.getByRole('row', { name: /edgar/ }).waitFor({ state: 'detached' });
    expect(await page.locator('tbody tr').count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('logonSource')).toBe('Paired Device');
    await page.reload();
    await page.locator('tbody tr').first().waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
    expect(await page.getByLabel('Logon source').inputValue()).toBe('Paired Device');
  });

  it('UI-43: the newest records come first, and go out as CSV with the filters that are set', async () => {
    const page = await openPage(browser, `${daemon.url}/records?licenceType=Agent+E-mail`);
    await page.getByRole('link', { name: 'Today' }).click();
    await page.getByRole('row', { name: /Agent E-mail/ }).waitFor();
    expect(await page.locator('.vtable-body [role=row]').count()).toBe(1);
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export as CSV' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('licence-usage.csv');
    const lines = (await readFile(await download.path(), 'utf8')).trim().split(/\r?\n/);
    expect(lines[0]).toMatch(/^Usage Type,Logged Date Time,Licence Type,User,Logon Source/);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^Acquired,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,Agent E-mail,edred,Agent Desktop/);
  });

  it('UI-44: settings are saved, what the form does not show is kept, and the live pages follow', async () => {
    const url = '/api/v1/organisations/129';
    const { body } = await daemon.get<Record<string, unknown> & { entitlements: Record<string, object> }>(url);
    const priced = { ...body.entitlements, 'Agent SMS': { concurrent: 3, contingency: 2, unitPrice: 9 } };
    const { organisation: _, effectiveFrom: __, ...settings } = body;
    await daemon.put(url, { ...settings, entitlements: priced });
    const page = await openPage(browser, `${daemon.url}/settings`);
    await page.getByLabel('Name', { exact: true }).first().fill('Southwind');
    await page.getByLabel('Agent SMS, concurrent').fill('40');
    await page.getByLabel('UC User, concurrent').fill('');
    await page.getByLabel('Agent SMS, price of an overflow one').fill('12.5');
    await page.getByLabel('Feed is silent after').fill('3600');
    await page.getByRole('button', { name: 'Save the organisation' }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
    const after = (await daemon.get<typeof body>(url)).body;
    expect(after).toMatchObject({ name: 'Southwind', timeZone: 'Europe/London', feedSilentAfterSeconds: 3600 });
    expect(after.entitlements['Agent SMS']).toEqual({ concurrent: 40, contingency: 2, unitPrice: 9, contingencyPrice: 12.5 });
    expect(after.entitlements['UC User']).toBeUndefined();
    const change = page.getByRole('row', { name: /Organisation/ }).filter({ hasText: 'Agent SMS, concurrent: 3 → 40' });
    await change.filter({ hasText: /UC User, concurrent: \d+ → none/ }).waitFor();
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await page.getByRole('heading', { name: 'Southwind' }).waitFor();
    await shows(page, 'Agent SMS', '40', 'concurrentAvailable');
    await shows(page, 'UC User', '–', 'concurrentAvailable');
  });

  it('UI-47: an organisation is created with the usual rules, once', async () => {
    const page = await openPage(browser, `${daemon.url}/settings`);
    await page.getByRole('link', { name: 'New organisation' }).click();
    await page.getByLabel('Id').fill('129');
    await page.getByLabel('Name', { exact: true }).fill('Mercia');
    await page.getByRole('button', { name: 'Create the organisation' }).click();
    await page.locator('.field-error').getByText('There is an organisation “129” already').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('organisation');
    await page.getByLabel('Id').fill('mercia');
    await page.getByRole('button', { name: 'Create the organisation' }).click();
    await page.getByText('Organisation mercia').waitFor();
    const rules = await daemon.get<{ items: object[]; defaults: object[] }>('/api/v1/organisations/mercia/alert-rules');
    expect(rules.body.items).toHaveLength(rules.body.defaults.length);
  });

  it('UI-45: what the daemon refuses is said where it was entered, and nothing is lost', async () => {
    const page = await openPage(browser, `${daemon.url}/settings`, {}, true);
    const [zone, name] = ['timeZone', 'name'].map((field) => page.locator(`.settings-form [name=${field}]`)) as [Locator, Locator];
    await zone.fill('Mars/Olympus');
    await name.fill('N'.repeat(129));
    await page.getByRole('button', { name: 'Save the organisation' }).click();
    await page.getByRole('alert').getByText('Nothing was changed: 2 problems. See the 2 marked fields.').waitFor();
    expect(await page.getByRole('alert').locator('li').count()).toBe(0);
    const refused = page.locator('[aria-invalid=true]');
    expect(await refused.evaluateAll((fields) => fields.map((field) => field.getAttribute('name')))).toEqual(['name', 'timeZone']);
    expect(
      await refused.evaluateAll((fields) => fields.map((field) => field.closest('.field')?.querySelector('.field-error')?.id)),
    ).toEqual(await refused.evaluateAll((fields) => fields.map((field) => field.getAttribute('aria-describedby'))));
    expect(await name.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await zone.inputValue()).toBe('Mars/Olympus');
    await name.fill('Southwind');
    await zone.fill('Europe/London');
    await page.getByRole('button', { name: 'Save the organisation' }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
    expect(await page.locator('[aria-invalid], .field-error, [role=alert]').count()).toBe(0);
  });

  it('UI-56: the focus is never lost: a button keeps it while its order is under way, and another page takes it', async () => {
    const page = await openPage(browser, `${daemon.url}/settings`);
    const focus = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim());
    await page.getByRole('button', { name: 'Save the organisation' }).press('Enter');
    await page.getByText('Saved', { exact: true }).waitFor();
    expect(await focus()).toBe('Save the organisation');
    await page.getByRole('link', { name: 'Sessions' }).press('Enter');
    await page.getByRole('heading', { name: 'Open sessions' }).waitFor();
    expect(await focus()).toBe('content');
    expect(await page.getByRole('main', { name: 'Sessions' }).count()).toBe(1);
  });

  it('UI-57: a page of an organisation that is not there says so, and turns live with its first event', async () => {
    const page = await openPage(browser, `${daemon.url}/sessions?organisation=999`, {}, true);
    await page.getByRole('heading', { name: 'There is no organisation “999”' }).waitFor();
    await page.getByLabel('Organisation').filter({ hasText: '999, not known yet' }).waitFor();
    await login(daemon, 'offa', ['Supervisor'], { organisation: '999' });
    await page.getByRole('row', { name: /offa.*Supervisor/ }).waitFor();
  });

  it('UI-46: a user is assigned, changed and removed', async () => {
    const page = await openPage(browser, `${daemon.url}/settings`);
    await page.getByLabel('User', { exact: true }).fill('æthelstan');
    await page.getByLabel('User type').fill('Inbound Agent');
    await page.getByLabel('Agent Calls', { exact: true }).check();
    await page.getByRole('button', { name: 'Save the user' }).click();
    await page.getByRole('row', { name: /æthelstan.*Inbound Agent.*Agent Calls/ }).waitFor();
    await page.getByRole('button', { name: 'Edit æthelstan' }).click();
    await page.getByLabel('Group').fill('Kings');
    await page.getByRole('button', { name: 'Save the user' }).click();
    await page.getByRole('row', { name: /æthelstan.*Kings.*Agent Calls/ }).waitFor();
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Remove æthelstan' }).click();
    await page.getByRole('row', { name: /æthelstan/ }).waitFor({ state: 'detached' });
  });
});
