import type { ToriiClient, User } from '@torii/api';
import type { Command } from 'commander';
import { startAttempts } from '../../attempts.ts';
import { type ApiOptions, addApiOptions, clientFor, findUser, findUserId } from '../../client.ts';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { printable } from '../../output/printable.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { addYesOption, confirm } from '../../prompt.ts';
import { userColumns } from './profile.ts';

type Options = ApiOptions & FormOptions & { readonly yes?: true };

/** Access tokens are verified without asking Torii. */
const untilTokensEnd = 'Their sessions have ended. Access tokens already issued stay good until they expire.';

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

interface Deleted {
  readonly id: string;
  readonly status: 'deleted';
}

const deletedColumns: readonly Column<Deleted>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'status', value: ({ status }) => status },
];

const deleteExamples = `
Examples:
  $ torii users delete ada@example.com
  $ torii users delete --yes 01931a73-8b00-7000-8000-000000000000`;

/** `torii users delete` */
export function addUsersDelete(users: Command, context: Context): void {
  addFormOptions(addApiOptions(addYesOption(users.command('delete'))))
    .argument('<user...>', 'ids or emails')
    .description('Delete users, which cannot be undone. Asks first.')
    .addHelpText('after', deleteExamples)
    .action((names: readonly string[], options: Options) =>
      doToUsers<Deleted>(context, names, options, {
        verb: 'Delete',
        columns: deletedColumns,
        act: async (torii, userId) => {
          await torii.users.delete(userId, { signal: context.signal });
          return { id: userId, status: 'deleted' };
        },
        remark: untilTokensEnd,
      }),
    );
}

/** Something to be done to users who are named one by one. */
interface Deed<T> {
  /** Asked before it is done: `Delete`. Left out, nobody is asked. */
  readonly verb?: string;
  readonly columns: readonly Column<T>[];
  act(torii: ToriiClient, userId: string): Promise<T>;
  /** Said after it was done to anybody. */
  readonly remark?: string;
}

/** Does it to each of the users, and shows what became of them. */
async function doToUsers<T>(
  context: Context,
  names: readonly string[],
  options: Options,
  { verb, columns, act, remark }: Deed<T>,
): Promise<void> {
  const { output, signal } = context;
  const torii = await clientFor(context, options);
  const attempts = startAttempts(context);
  const chosen = [...new Set(names)];
  const certain = verb === undefined || options.yes ? chosen : await ask(verb);
  let done = 0;
  const results = attempts.each(
    certain,
    (who) => who,
    async (who) => {
      const result = await act(torii, await findUserId(torii, who, signal));
      done++;
      return result;
    },
  );
  await writeRecords(output, formOf(options), columns, results);
  if (remark !== undefined && done > 0) output.say(remark);
  attempts.demandSuccess();

  /** Shows who it is before it asks, since an id says nothing to a person. In a pipe nobody is asked, and nothing is sent. */
  async function ask(what: string): Promise<readonly string[]> {
    if (context.stdin.isTTY !== true || context.stderr.isTTY !== true) await confirm(context, what, options);
    const found: User[] = [];
    const lookUp = (who: string) => findUser(torii, who, signal);
    for await (const user of attempts.each(chosen, (who) => who, lookUp)) found.push(user);
    if (found.length === 0) throw new CommandFailure('Nothing was done.');
    for (const { id, email, name } of found) output.say(`  ${id}  ${printable(email ?? name ?? '')}`);
    await confirm(context, found.length === 1 ? `${what} this user?` : `${what} these ${found.length} users?`, options);
    return found.map(({ id }) => id);
  }
}
