import { Command } from 'commander';
import { FAILED, OK } from './exit-codes.ts';

const TIMEOUT_MS = 5_000;

export function healthcheckCommand(): Command {
  return new Command('healthcheck')
    .description('ask a daemon whether it records and answers')
    .option('--url <url>', 'where it listens', process.env['HIGHWATER_URL'] ?? 'http://127.0.0.1:7420')
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
    process.stderr.write(`highwater: ${url} does not answer: ${cause instanceof Error ? cause.message : message}\n`);
    return FAILED;
  }
}
