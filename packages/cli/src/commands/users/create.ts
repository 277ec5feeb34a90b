import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { addFormOptions, type FormOptions, formOf } from '../../output/form.ts';
import { writeRecord } from '../../output/records.ts';
import { profileColumns } from './columns.ts';
import { addPasswordOptions, type PasswordOptions, readPassword } from './password.ts';
import { addProfileOptions, type ProfileOptions, profileOf, something } from './profile-options.ts';

interface CreateOptions extends ApiOptions, FormOptions, ProfileOptions, PasswordOptions {
  readonly email?: string;
}

const examples = `
Examples:
  $ torii users create --email ada@example.com --name Ada
  $ torii users create --email ada@example.com --ask-password
  $ torii users create --name Ada --json`;

/** `torii users create` */
export function addUsersCreate(users: Command, context: Context): void {
  const create = users.command('create').option('--email <email>', 'to sign in with', something);
  addFormOptions(addApiOptions(addPasswordOptions(addProfileOptions(create))))
    .description('Create a user.')
    .addHelpText('after', examples)
    .action((options: CreateOptions) => createUser(context, options));
}

async function createUser(context: Context, options: CreateOptions): Promise<void> {
  const { email, passwordFile, secretKeyFile } = options;
  const profile = { ...(email !== undefined && { email }), ...profileOf(options) };
  if (Object.keys(profile).length === 0) throw new UsageError('Say who it is: give --email, or at least --name.');
  if (passwordFile === '-' && secretKeyFile === '-') {
    throw new UsageError(
      'Standard input cannot hold both the password and the secret key: keep one of them in a file.',
    );
  }
  const torii = await clientFor(context, options);
  const password = await readPassword(context, options);
  const user = await torii.users.create({ ...profile, password }, { signal: context.signal });
  await writeRecord(context.output, formOf(options), profileColumns, user);
}
