import { type Command, Option } from 'commander';
import { nonEmptyText } from '../../arguments.ts';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { readSecretFile } from '../../files.ts';
import { addMetadataOptions, type MetadataOptions, metadataFrom, metadataHelp } from '../../metadata.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import { askLine } from '../../prompt.ts';
import { sayLostFields } from './kept-fields.ts';
import { addProfileOptions, type ProfileOptions, profileColumns, profileOf } from './profile.ts';

interface CreateOptions extends ApiOptions, FormOptions, ProfileOptions, MetadataOptions, PasswordOptions {
  readonly email?: string;
}

const examples = `${metadataHelp}

Examples:
  $ torii users create --email ada@example.com --first-name Ada
  $ torii users create --email ada@example.com --ask-password
  $ torii users create --email ada@example.com \\
      --private '{"crm":7}' --json`;

export function addUsersCreate(users: Command, context: Context): void {
  const create = users.command('create').option('--email <email>', 'email address to sign in with', nonEmptyText);
  addFormOptions(addApiOptions(addPasswordOptions(addMetadataOptions(addProfileOptions(create)))))
    .description('Create a user.')
    .addHelpText('after', examples)
    .action((options: CreateOptions) => createUser(context, options));
}

async function createUser(context: Context, options: CreateOptions): Promise<void> {
  const { email, passwordFile, secretKeyFile } = options;
  if (passwordFile === '-' && secretKeyFile === '-') {
    throw new UsageError(
      'Both the password and the secret key would be read from standard input. Put one of them in a file.',
    );
  }
  const bags = await metadataFrom(context, options);
  const profile = { ...(email !== undefined && { email }), ...profileOf(options), ...bags };
  if (Object.keys(profile).length === 0)
    throw new UsageError('The user has no data. Set --email, or at least --first-name.');
  const client = await clientFor(context, options);
  const password = await readPassword(context, options);
  const user = await client.users.create({ ...profile, password }, { signal: context.signal });
  await writeRecord(context.output, formOf(options), profileColumns, user);
  sayLostFields(context, profile, user);
}

interface PasswordOptions {
  readonly askPassword?: true;
  readonly passwordFile?: string;
}

function addPasswordOptions(command: Command): Command {
  return command
    .addOption(new Option('--ask-password', 'ask for the password on the terminal').conflicts('passwordFile'))
    .option('--password-file <file>', 'file with the password; - is standard input')
    .addOption(new Option('--password [password]').hideHelp().argParser(refusePassword));
}

async function readPassword(context: Context, options: PasswordOptions): Promise<string | undefined> {
  const { passwordFile } = options;
  const password = options.askPassword
    ? await askPassword(context)
    : passwordFile && (await readSecretFile(context, passwordFile));
  if (password === '')
    throw new UsageError('The password is empty. To create a user without a password, leave the option out.');
  return password;
}

function refusePassword(): never {
  throw new UsageError(
    'A password cannot be passed on the command line: other users of this machine and the shell’s history can see it. ' +
      'Use --ask-password, or --password-file FILE (- is standard input).',
  );
}

async function askPassword(context: Context): Promise<string> {
  if (context.stdin.isTTY === true && context.stderr.isTTY === true) {
    return askLine(context, 'Password: ', { isSecret: true });
  }
  throw new UsageError(
    'There is no terminal to ask for the password on. Use --password-file - and write it to standard input.',
  );
}
