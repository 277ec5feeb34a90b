import type { ToriiClient } from '@torii/api';
import type { Command } from 'commander';
import { startAttempts } from '../../attempts.ts';
import { type ApiOptions, addApiOptions, clientFor, findUser, findUserId } from '../../client.ts';
import { confirmFound } from '../../confirmation.ts';
import type { Context } from '../../context.ts';
import { brief } from '../../output/printable.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { addYesOption, demandConfirmable } from '../../prompt.ts';
import {
  type AnnounceOptions,
  type Announcing,
  addAnnounceOptions,
  withAnnouncing,
} from '../../revocation/announcing.ts';
import { userColumns } from './profile.ts';

type Options = ApiOptions & FormOptions & AnnounceOptions & { readonly yes?: true };

const sessionsEnded = 'Their sessions have ended.';

const banExamples = `
Examples:
  $ torii users ban ada@example.com
  $ torii users ban ada@example.com --announce
  $ torii users ban --yes 01931a73-8b00-7000-8000-000000000000 bob@example.com`;

const unbanExamples = `
Examples:
  $ torii users unban ada@example.com`;

export function addUsersBan(users: Command, context: Context): void {
  addFormOptions(addAnnounceOptions(addApiOptions(addYesOption(users.command('ban')))))
    .argument('<user...>', 'ids or emails')
    .description('Ban users and end their sessions. Asks for confirmation.')
    .addHelpText('after', banExamples)
    .action((names: readonly string[], options: Options) =>
      applyToUsers(context, names, options, {
        verb: 'Ban',
        columns: userColumns,
        act: (client, userId, carryOut) => carryOut(userId, () => client.users.ban(userId, { signal: context.signal })),
        remark: sessionsEnded,
      }),
    );
}

export function addUsersUnban(users: Command, context: Context): void {
  addFormOptions(addApiOptions(users.command('unban')))
    .argument('<user...>', 'ids or emails')
    .description('Let banned users sign in again.')
    .addHelpText('after', unbanExamples)
    .action((names: readonly string[], options: Options) =>
      applyToUsers(context, names, options, {
        columns: userColumns,
        act: (client, userId) => client.users.unban(userId, { signal: context.signal }),
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

export function addUsersDelete(users: Command, context: Context): void {
  addFormOptions(addAnnounceOptions(addApiOptions(addYesOption(users.command('delete')))))
    .argument('<user...>', 'ids or emails')
    .description('Delete users. This cannot be undone. Asks for confirmation.')
    .addHelpText('after', deleteExamples)
    .action((names: readonly string[], options: Options) =>
      applyToUsers<Deleted>(context, names, options, {
        verb: 'Delete',
        columns: deletedColumns,
        act: async (client, userId, carryOut) => {
          await carryOut(userId, () => client.users.delete(userId, { signal: context.signal }));
          return { id: userId, status: 'deleted' };
        },
        remark: sessionsEnded,
      }),
    );
}

interface UserAction<T> {
  /** The first word of the confirmation question, such as `Delete`. Without a verb, no question is asked. */
  readonly verb?: string;
  readonly columns: readonly Column<T>[];
  act(client: ToriiClient, userId: string, carryOut: Announcing['carryOut']): Promise<T>;
  /** A sentence about the users. If it is set, a sentence about their tokens follows. */
  readonly remark?: string;
}

async function applyToUsers<T>(
  context: Context,
  names: readonly string[],
  options: Options,
  action: UserAction<T>,
): Promise<void> {
  if (action.verb !== undefined) demandConfirmable(context, options);
  return withAnnouncing(context, options, (announcing) => applyTo(context, names, options, action, announcing));
}

async function applyTo<T>(
  context: Context,
  names: readonly string[],
  options: Options,
  { verb, columns, act, remark }: UserAction<T>,
  { revocations, carryOut, conclude }: Announcing,
): Promise<void> {
  const { output, signal } = context;
  const client = await clientFor(context, options, revocations);
  const attempts = startAttempts(context);
  const chosen = [...new Set(names)];
  const confirmed =
    verb === undefined || options.yes
      ? chosen
      : await confirmFound(context, attempts, chosen, {
          verb,
          noun: 'user',
          lookUp: (who) => findUser(client, who, signal),
          describe: ({ email, name }) => [brief(email ?? name ?? '', 200)],
        });
  let done = 0;
  const results = attempts.each(
    confirmed,
    (who) => who,
    async (who) => {
      const result = await act(client, await findUserId(client, who, signal), carryOut);
      done++;
      return result;
    },
  );
  await writeRecords(output, formOf(options), columns, results);
  if (remark !== undefined) conclude(done, `${remark} `);
  attempts.demandSuccess();
}
