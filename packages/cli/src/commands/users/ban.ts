import type { Command } from 'commander';
import { type ApiOptions, addApiOptions } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addYesOption } from '../../input/confirm.ts';
import { addFormOptions, type FormOptions } from '../../output/form.ts';
import { userColumns } from './columns.ts';
import { doToUsers } from './named-users.ts';

type Options = ApiOptions & FormOptions & { readonly yes?: true };

/** Access tokens are verified without asking Torii. */
export const untilTokensEnd = 'Their sessions have ended. Access tokens already issued stay good until they expire.';

const banExamples = `
Examples:
  $ torii users ban ada@example.com
  $ torii users ban --yes 01931a73-8b00-7000-8000-000000000000 bob@example.com`;

const unbanExamples = `
Examples:
  $ torii users unban ada@example.com`;

/** `torii users ban` */
export function addUsersBan(users: Command, context: Context): void {
  addFormOptions(addApiOptions(addYesOption(users.command('ban'))))
    .argument('<user...>', 'ids or emails')
    .description('Ban users and end their sessions. Asks first.')
    .addHelpText('after', banExamples)
    .action((names: readonly string[], options: Options) =>
      doToUsers(context, names, options, {
        verb: 'Ban',
        columns: userColumns,
        act: (torii, userId) => torii.users.ban(userId, { signal: context.signal }),
        remark: untilTokensEnd,
      }),
    );
}

/** `torii users unban` */
export function addUsersUnban(users: Command, context: Context): void {
  addFormOptions(addApiOptions(users.command('unban')))
    .argument('<user...>', 'ids or emails')
    .description('Let banned users sign in again.')
    .addHelpText('after', unbanExamples)
    .action((names: readonly string[], options: Options) =>
      doToUsers(context, names, options, {
        columns: userColumns,
        act: (torii, userId) => torii.users.unban(userId, { signal: context.signal }),
      }),
    );
}
