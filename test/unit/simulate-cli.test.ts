import { Command, CommanderError } from 'commander';
import { expect, it } from 'vitest';
import { addSimulateCommand } from '../../server/cli/simulate.ts';

const usual = { url: 'http://127.0.0.1:1', users: '5', rate: '1' };

/** Parses only: the wrong flag is found before anything runs. */
async function complaint(flags: Record<string, string>): Promise<string> {
  const program = new Command();
  addSimulateCommand(program);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  const args = Object.entries({ ...usual, ...flags }).flatMap(([name, value]) => [`--${name}`, value]);
  try {
    await program.parseAsync(['simulate', ...args], { from: 'user' });
    return 'none';
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
}

it.each([
  ['users', '0.5', 'A whole number above 0 is needed'],
  ['users', '-1', 'A number above 0 is needed'],
  ['rate', '0', 'A number above 0 is needed'],
  ['rate', 'fast', 'A number above 0 is needed'],
  ['rate', ' ', 'A number above 0 is needed'],
  ['duration', 'Infinity', 'A number above 0 is needed'],
  ['seed', 'x', 'A whole number is needed'],
  ['seed', '1.5', 'A whole number is needed'],
  ['url', 'daemon', 'A URL like http://127.0.0.1:7420 is needed'],
  ['url', 'ftp://daemon', 'A URL like http://127.0.0.1:7420 is needed'],
])('SIM-21: --%s %s is refused with a sentence', async (flag, value, sentence) => {
  expect(await complaint({ [flag]: value })).toContain(sentence);
});
