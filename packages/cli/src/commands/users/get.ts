import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addFormOptions, type FormOptions, formOf } from '../../output/form.ts';
import { writeRecord } from '../../output/records.ts';
import { profileColumns } from './columns.ts';
import { findUser } from './find-user.ts';

const examples = `
Examples:
  $ torii users get ada@example.com
  $ torii users get 01931a73-8b00-7000-8000-000000000000
  $ torii users get ada@example.com --json`;

/** `torii users get` */
export function addUsersGet(users: Command, context: Context): void {
  addFormOptions(addApiOptions(users.command('get')))
    .argument('<user>', 'id or email')
    .description('Show a user.')
    .addHelpText('after', examples)
    .action(async (who: string, options: ApiOptions & FormOptions) => {
      const torii = await clientFor(context, options);
      const user = await findUser(torii, who, context.signal);
      await writeRecord(context.output, formOf(options), profileColumns, user);
    });
}
