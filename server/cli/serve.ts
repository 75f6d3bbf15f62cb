import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { createApp, type RunningApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import { type Config, ConfigError } from '../config.ts';
import { createLog, type Log } from '../log.ts';
import { DamagedStoreError } from '../safekeeping/opening.ts';
import { NewerFormatError } from '../store/faults.ts';
import { isCommitFailure } from '../store/lmdb.ts';
import { createSystemd } from '../systemd.ts';
import { createExit } from './exit.ts';
import { DAMAGED, FAILED, OK, SOFTWARE } from './exit-codes.ts';
import { type ConfigFlags, readConfig } from './read-config.ts';

/** Shorter than what an orchestrator waits before it kills. The steps of stopping are bounded each; all of them at their bounds would take longer. */
export const STOP_WITHIN_MS = 18_000;

export function serveCommand(): Command {
  return new Command('serve')
    .description('run the daemon')
    .option('--listen <host:port>', 'address to listen on, port 0 for any free one (default 127.0.0.1:7420)')
    .option('--data-dir <dir>', 'where the books are kept (default ./data)')
    .option('--config <file>', 'YAML configuration (default: HIGHWATER_CONFIG)')
    .action(async (flags: ConfigFlags) => {
      process.exitCode = await serve(flags);
    });
}

/** Resolves once the daemon listens, or with a failure; from then on signals end the process. */
async function serve(flags: ConfigFlags): Promise<number> {
  let read: { config: Config; warnings: string[] };
  try {
    read = readConfig(flags, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`highwater: the configuration cannot be used\n${error.message.replaceAll(/^/gm, '  ')}\n`);
    return FAILED;
  }
  const log = createLog(read.config.log.level);
  for (const warning of read.warnings) log.warn(warning);
  const exit = createExit();
  const fatal = (error: unknown, message: string) => {
    log.fatal({ err: error }, message);
    exit(SOFTWARE);
  };
  process.on('uncaughtException', (error) => fatal(error, 'a defect: the process ends'));
  process.on('unhandledRejection', (error) => {
    if (!isCommitFailure(error)) fatal(error, 'a defect: the process ends');
  });
  // A file that may not grow any more is a full disk: the write fails, the process does not end.
  process.on('SIGXFSZ', () => {});

  const systemd = createSystemd({ env: process.env, clock: systemClock, log });
  const stop = stopOnSignal(log, exit, () => systemd.stopping());
  try {
    const app = await createApp(read.config, {
      clock: systemClock,
      randomId: () => randomBytes(12).toString('hex'),
      log,
      onFatal: (error) => fatal(error, 'the store failed: the process ends, a new one has to start from what is on disk'),
    });
    log.info({ url: app.url, dataDir: read.config.dataDir }, 'listening');
    systemd.ready(app.condition);
    stop.arm(app);
    return OK;
  } catch (error) {
    log.fatal({ err: error }, 'cannot start');
    process.stderr.write(`highwater: cannot start: ${(error as Error).message}\n`);
    return exit(error instanceof DamagedStoreError || error instanceof NewerFormatError ? DAMAGED : FAILED);
  }
}

/** A signal that comes while the daemon starts is kept until it can be obeyed in order. */
function stopOnSignal(log: Log, exit: (code: number) => never, onStopping: () => void): { arm: (app: RunningApp) => void } {
  let app: RunningApp | null = null;
  let signalled = false;
  let stopping = false;
  const stop = () => {
    if (!app || !signalled || stopping) return;
    stopping = true;
    onStopping();
    setTimeout(() => {
      log.fatal('stopping took too long');
      exit(FAILED);
    }, STOP_WITHIN_MS).unref();
    app.close().then((well) => {
      log.info('stopped');
      exit(well ? OK : FAILED);
    });
  };
  // There is nothing to read anew at a SIGHUP: it comes when the terminal is closed.
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () => {
      log.info({ signal: name }, 'stopping');
      signalled = true;
      stop();
    });
  }
  return {
    arm(started) {
      app = started;
      stop();
    },
  };
}
