import type { Command } from 'commander';
import { nonEmptyText, wholeNumber } from '../../arguments.ts';
import { type ApiOptions, addApiOptions, clientFor, findUser } from '../../client.ts';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { brief, printable } from '../../output/printable.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../../output/records.ts';
import { addYesOption, confirm, demandConfirmable } from '../../prompt.ts';

interface ImpersonateOptions extends ApiOptions, FormOptions {
  readonly actor: string;
  readonly reason: string;
  readonly redirectUrl?: string;
  readonly expiresIn?: number;
  readonly yes?: true;
}

const help = `
Writes the URL to standard output, or
the token if Torii knows no URL. It is a
secret: the first person who opens it is
signed in.

Examples:
  $ torii users impersonate ada@example.com --actor bo@example.com --reason 'Ticket 42'
  $ torii users impersonate ada@example.com --actor bo@example.com \\
      --reason 'Ticket 42' --expires-in 60 --yes --json`;

export function addUsersImpersonate(users: Command, context: Context): void {
  addFormOptions(addApiOptions(addYesOption(users.command('impersonate'))))
    .argument('<user>', 'id or email of the user to sign in as')
    .description('Create a single-use link to sign in as a user. Asks for confirmation.')
    .requiredOption('--actor <user>', 'id or email of the user who will use the link', nonEmptyText)
    .requiredOption('--reason <text>', 'why, for the audit log of Torii', nonEmptyText)
    .option('--redirect-url <url>', 'page of your app to open, on an allowed origin', nonEmptyText)
    .option('--expires-in <seconds>', '60 to 600; default: 600', wholeNumber(60, 600))
    .addHelpText('after', help)
    .action((who: string, options: ImpersonateOptions) => impersonate(context, who, options));
}

async function impersonate(context: Context, who: string, options: ImpersonateOptions): Promise<void> {
  const { output, signal } = context;
  const { reason, redirectUrl, expiresIn } = options;
  const form = formOf(options);
  demandConfirmable(context, options);
  const client = await clientFor(context, options);
  const user = await findUser(client, who, signal);
  const actor = await findUser(client, options.actor, signal);
  const [userText, actorText] = [user, actor].map(({ id, email, name }) => brief(email ?? name ?? id, 200));
  await confirm(context, `Let ${actorText} sign in as ${userText}?`, options);
  const created = await client.users.createImpersonationToken(
    user.id,
    {
      actorUserId: actor.id,
      reason,
      ...(redirectUrl !== undefined && { redirectUrl }),
      ...(expiresIn !== undefined && { expiresInSeconds: expiresIn }),
    },
    { signal },
  );
  const { token, url, expiresInSeconds } = created;
  if (form !== 'table') await writeRecord(output, form, [], created);
  else await output.write(`${demandText(url || token)}\n`);
  const what = url ? 'The link is a secret.' : 'Torii knows no page for the token. The token is a secret.';
  const seconds = brief(expiresInSeconds, 20);
  output.say(`${what} It signs ${actorText} in as ${userText} once, within ${seconds} seconds.`);
}

function demandText(text: unknown): string {
  if (typeof text === 'string' && text !== '') return printable(text);
  throw new CommandFailure('The response has no token. Check that TORII_API_URL is the URL of Torii’s API.');
}
