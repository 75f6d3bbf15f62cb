import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import type { DeliveryView } from '../../shared/alerts.ts';
import type { Page } from '../../shared/views.ts';
import { ask, type DaemonFlags, organisationPath, withDaemon } from './daemon-client.ts';
import { FAILED, OK } from './exit-codes.ts';
import { positive } from './simulate.ts';

interface SendTestFlags extends DaemonFlags {
  organisation: string;
  webhook: string;
  wait: number;
  json?: boolean;
}

const ASK_AGAIN_MS = 200;

/** `highwater send-test`: exit 0 when the receiver took the message, 1 when it did not. */
export function sendTestCommand(): Command {
  const command = new Command('send-test')
    .description('send a test message to a webhook, and say what its receiver answered')
    .requiredOption('--organisation <id>', 'whose webhook')
    .requiredOption('--webhook <id>', 'which')
    .option('--wait <seconds>', 'for the first answer', positive, 20)
    .option('--json', 'print the delivery as JSON');
  return withDaemon(command).action(async (flags: SendTestFlags) => {
    process.exitCode = await sendTest(flags);
  });
}

async function sendTest(flags: SendTestFlags): Promise<number> {
  const path = organisationPath(flags.organisation, `/webhooks/${encodeURIComponent(flags.webhook)}`);
  const { id } = (await (await ask(flags, `${path}/test`, { method: 'POST' })).json()) as DeliveryView;
  const last = await firstAnswer(flags, path, id);
  if (flags.json) process.stdout.write(`${JSON.stringify(last)}\n`);
  else process.stdout.write(`${sentence(last)}\n`);
  return last?.status === 'delivered' ? OK : FAILED;
}

/** The delivery once it was tried, or as it is when the time is over. */
async function firstAnswer(flags: SendTestFlags, path: string, id: string): Promise<DeliveryView | null> {
  for (let left = flags.wait * 1_000; ; left -= ASK_AGAIN_MS) {
    const { items } = (await (await ask(flags, `${path}/deliveries?limit=100`)).json()) as Page<DeliveryView>;
    const delivery = items.find((item) => item.id === id) ?? null;
    if (delivery === null || delivery.attempts.length > 0 || left <= 0) return delivery;
    await wait(Math.min(ASK_AGAIN_MS, left));
  }
}

function sentence(delivery: DeliveryView | null): string {
  if (delivery === null) return 'the delivery is not listed any more';
  const attempt = delivery.attempts.at(-1);
  if (!attempt) return `not tried yet: ${delivery.id} waits behind others`;
  if (delivery.status === 'delivered')
    return `delivered: ${delivery.id}, answered ${attempt.status}${attempt.error ? `; ${attempt.error}` : ''}`;
  const next = delivery.nextAttemptAt === null ? 'it is not tried again' : `it is tried again at ${delivery.nextAttemptAt}`;
  return `not delivered: ${attempt.error ?? `answered ${attempt.status}`}; ${next}`;
}
