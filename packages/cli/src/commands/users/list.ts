import type { User } from '@torii/api';
import type { Command } from 'commander';
import { wholeNumber } from '../../arguments.ts';
import { type ApiOptions, addApiOptions, clientFor, usersOf } from '../../client.ts';
import type { Context } from '../../context.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from '../../output/records.ts';
import { addFilterOptions, type FilterOptions, filterOf } from './filter.ts';
import { userColumns } from './profile.ts';

interface ListOptions extends ApiOptions, FormOptions, FilterOptions {
  readonly limit: number;
  readonly all?: true;
}

const examples = `
Examples:
  $ torii users list
  $ torii users list --email @example.com --limit 50
  $ torii users list --status banned --all --ndjson`;

export function addUsersList(users: Command, context: Context): void {
  addFormOptions(addApiOptions(addFilterOptions(users.command('list'))))
    .description('List users, newest first.')
    .option('--limit <number>', 'list at most this many users', wholeNumber(1, 1_000_000), 20)
    .option('--all', 'list all users')
    .addHelpText('after', examples)
    .action((options: ListOptions) => listUsers(context, options));
}

async function listUsers(context: Context, options: ListOptions): Promise<void> {
  const { output, signal } = context;
  const client = await clientFor(context, options);
  const limit = options.all ? Number.POSITIVE_INFINITY : options.limit;
  let areMore = false;

  async function* upToLimit(): AsyncGenerator<User> {
    let left = limit;
    const query = { ...filterOf(options), limit: Math.min(left, 100) };
    for await (const user of usersOf(client.users.list(query, { signal }))) {
      if (left-- === 0) {
        areMore = true;
        return;
      }
      yield user;
    }
  }

  const isFiltered = Object.keys(filterOf(options)).length > 0;
  const whenEmpty = isFiltered ? 'No users match.' : 'No users.';
  await writeRecords(output, formOf(options), userColumns, upToLimit(), { whenEmpty });
  if (areMore) output.say(`There are more users. Use --all to list all of them, or a --limit larger than ${limit}.`);
}
