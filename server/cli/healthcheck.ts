import { Command } from 'commander';
import { FAILED, OK } from './exit-codes.ts';
import { urlOption } from './options.ts';

const TIMEOUT_MS = 5_000;

export function healthcheckCommand(): Command {
  return new Command('healthcheck')
    .description('ask a daemon whether it records and answers')
    .addOption(urlOption())
    .option('--json', 'print its answer as JSON')
    .action(async ({ url, json = false }: { url: string; json?: boolean }) => {
      process.exitCode = await healthcheck(url, json);
    });
}

async function healthcheck(url: string, json: boolean): Promise<number> {
  try {
    const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const health = (await response.json()) as { status: string; reasons?: string[] };
    process.stdout.write(json ? `${JSON.stringify(health)}\n` : `${[health.status, ...(health.reasons ?? [])].join(': ')}\n`);
    return response.ok ? OK : FAILED;
  } catch (error) {
    const { cause, message } = error as Error;
    const reason = `${url} does not answer: ${cause instanceof Error ? cause.message : message}`;
    if (json) process.stdout.write(`${JSON.stringify({ status: 'unreachable', reasons: [reason] })}\n`);
    else process.stderr.write(`highwater: ${reason}\n`);
    return FAILED;
  }
}
