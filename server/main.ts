#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { backupCommand } from './cli/backup.ts';
import { checkConfigCommand } from './cli/check-config.ts';
import { compareCommand } from './cli/compare.ts';
import { addDemoCommand } from './cli/demo.ts';
import { FAILED, USAGE } from './cli/exit-codes.ts';
import { explainCommand } from './cli/explain.ts';
import { exportCommand } from './cli/export.ts';
import { healthcheckCommand } from './cli/healthcheck.ts';
import { importCommand } from './cli/import.ts';
import { reportCommand } from './cli/report.ts';
import { restoreCommand } from './cli/restore.ts';
import { sendTestCommand } from './cli/send-test.ts';
import { serveCommand } from './cli/serve.ts';
import { addSimulateCommand } from './cli/simulate.ts';
import { tokenCommand } from './cli/token.ts';
import { verifyCommand } from './cli/verify.ts';
import { whatIfCommand } from './cli/what-if.ts';
import { packageVersion } from './package-root.ts';

const program = new Command('highwater')
  .description('Counts licences in use in a contact centre as it happens, and warns before the next login costs money.')
  .version(packageVersion(), '-V, --version', 'say which version this is')
  .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage; of serve also 65 and 70, see docs/operations.md.')
  .showHelpAfterError('(highwater --help lists the commands)');

const commands = [
  serveCommand,
  checkConfigCommand,
  healthcheckCommand,
  importCommand,
  exportCommand,
  explainCommand,
  reportCommand,
  whatIfCommand,
  compareCommand,
  sendTestCommand,
  tokenCommand,
  verifyCommand,
  backupCommand,
  restoreCommand,
];
for (const command of commands) program.addCommand(command());
addSimulateCommand(program);
addDemoCommand(program);
for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands: parts }) => parts)]) command.exitOverride();

// Whoever reads may have seen enough, as `| head` has: no fault of the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  // Help is thrown too, with exit code 0; every other complaint of the parser is about usage.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  else if ((error as NodeJS.ErrnoException).code !== 'EPIPE') {
    process.stderr.write(`highwater: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = FAILED;
  }
}
