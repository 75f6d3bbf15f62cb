import { Command, InvalidArgumentError, Option } from 'commander';
import { ROLES, type Role } from '../config.ts';
import { name as nameSchema } from '../parse/fields.ts';
import { createToken, readTokens, revokeToken } from '../tokens.ts';
import { dataDirOption } from './options.ts';

const DAY_MS = 86_400_000;

interface DirectoryFlags {
  dataDir: string;
  json?: true;
}

export function tokenCommand(): Command {
  const command = new Command('token').description('tokens for programs and people that reach the daemon from elsewhere');
  const part = (name: string, words: string) =>
    command.command(name).description(words).addOption(dataDirOption()).option('--json', 'answer as JSON');

  part('create', 'make a token and print it: it is shown this once')
    .requiredOption('--name <name>', 'what it is for: it stands beside every change made with it', tokenName)
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory())
    .option('--days <days>', 'ends by itself after so many days', days)
    .action(({ dataDir, json, name, role, days: lasting }: DirectoryFlags & { name: string; role: Role; days?: number }) => {
      const now = new Date();
      const expiresAt = lasting === undefined ? null : new Date(now.getTime() + lasting * DAY_MS);
      const token = createToken(dataDir, { name, role, now, expiresAt });
      if (json) process.stdout.write(`${JSON.stringify({ name, role, token, expiresAt })}\n`);
      else {
        process.stderr.write(`Token ${name} (${role}). It is shown this once; send it as Authorization: Bearer TOKEN.\n`);
        process.stdout.write(`${token}\n`);
      }
    });

  part('list', 'the tokens that were made here').action(({ dataDir, json }: DirectoryFlags) => {
    const tokens = readTokens(dataDir).map(({ name, role, createdAt, expiresAt }) => ({ name, role, createdAt, expiresAt }));
    if (json) process.stdout.write(`${JSON.stringify({ items: tokens })}\n`);
    else if (tokens.length === 0) process.stdout.write(`No tokens in ${dataDir}.\n`);
    else
      for (const { name, role, createdAt, expiresAt } of tokens)
        process.stdout.write(`${name}\t${role}\tmade ${createdAt}\t${expiresAt === null ? 'until it is revoked' : `until ${expiresAt}`}\n`);
  });

  part('revoke', 'end a token: the next request with it is refused')
    .argument('<name>', 'its name', tokenName)
    .action((name: string, { dataDir, json }: DirectoryFlags) => {
      revokeToken(dataDir, name);
      process.stdout.write(json ? `${JSON.stringify({ name, revoked: true })}\n` : `Token ${name} is revoked.\n`);
    });
  return command;
}

function tokenName(text: string): string {
  const read = nameSchema.safeParse(text);
  if (!read.success) throw new InvalidArgumentError(read.error.issues.map(({ message }) => message).join('; '));
  return read.data;
}

function days(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 36_500)
    throw new InvalidArgumentError('A whole number of days from 1 to 36500 is needed.');
  return count;
}
