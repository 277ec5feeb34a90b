import type { ToriiClient, User } from '@torii/api';
import { startAttempts } from '../../attempts.ts';
import { type ApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { confirm } from '../../input/confirm.ts';
import { type FormOptions, formOf } from '../../output/form.ts';
import { printable } from '../../output/printable.ts';
import { writeRecords } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { findUser, findUserId } from './find-user.ts';

/** Something to be done to users who are named one by one. */
export interface Deed<T> {
  /** Asked before it is done: `Delete`. Left out, nobody is asked. */
  readonly verb?: string;
  readonly columns: readonly Column<T>[];
  act(torii: ToriiClient, userId: string): Promise<T>;
  /** Said after it was done to anybody. */
  readonly remark?: string;
}

type Options = ApiOptions & FormOptions & { readonly yes?: true };

/** Does it to each of the users, and shows what became of them. */
export async function doToUsers<T>(
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
