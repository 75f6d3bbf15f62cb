import { expect, it, onTestFinished } from 'vitest';
import type { UsageView } from '../../shared/views.ts';
import { checkAfter, ORGANISATION, sendUntilGone } from '../faults/ledger-load.ts';
import { startDaemon } from '../support/daemon.ts';
import { tempDir } from '../support/temp-dir.ts';

it('FAULT-3 a file that may not grow any more is a full disk: 503 with Retry-After, reads go on, and nothing acknowledged is lost or refused and there', async () => {
  const directory = tempDir('highwater-limit-');
  onTestFinished(() => directory.remove());
  // In blocks of 512 bytes: 1.5 MB.
  const daemon = await startDaemon({ dataDir: directory.path, before: 'ulimit -f 3072' });
  onTestFinished(() => daemon.dispose());
  const sent = await sendUntilGone(daemon, 'limit', 60, 200);
  expect(sent.map(({ status }) => status)).toContain(503);
  expect(sent.map(({ status }) => status)).not.toContain(null);
  const taken = sent.filter(({ status }) => status === 200).length;
  expect(taken).toBeGreaterThan(0);
  const usage = await daemon.get<UsageView>(`/api/v1/organisations/${ORGANISATION}/usage`);
  expect([usage.status, usage.body.sessions]).toEqual([200, taken * 200]);
  expect((await daemon.get('/readyz')).status).toBe(503);
  expect(await daemon.stop()).toBe(0);
  expect(await checkAfter(directory.path, sent)).toEqual([]);
});
