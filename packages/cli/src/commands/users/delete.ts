import type { Command } from 'commander';
import { type ApiOptions, addApiOptions } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addYesOption } from '../../input/confirm.ts';
import { addFormOptions, type FormOptions } from '../../output/form.ts';
import type { Column } from '../../output/table.ts';
import { untilTokensEnd } from './ban.ts';
import { doToUsers } from './named-users.ts';

interface Deleted {
  readonly id: string;
  readonly status: 'deleted';
}

const columns: readonly Column<Deleted>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'status', value: ({ status }) => status },
];

const examples = `
Examples:
  $ torii users delete ada@example.com
  $ torii users delete --yes 01931a73-8b00-7000-8000-000000000000`;

/** `torii users delete` */
export function addUsersDelete(users: Command, context: Context): void {
  addFormOptions(addApiOptions(addYesOption(users.command('delete'))))
    .argument('<user...>', 'ids or emails')
    .description('Delete users, which cannot be undone. Asks first.')
    .addHelpText('after', examples)
    .action((names: readonly string[], options: ApiOptions & FormOptions & { readonly yes?: true }) =>
      doToUsers<Deleted>(context, names, options, {
        verb: 'Delete',
        columns,
        act: async (torii, userId) => {
          await torii.users.delete(userId, { signal: context.signal });
          return { id: userId, status: 'deleted' };
        },
        remark: untilTokensEnd,
      }),
    );
}
