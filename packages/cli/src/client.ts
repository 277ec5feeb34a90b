import { createToriiClient, type ToriiClient, type User } from '@torii/api';
import type { Command } from 'commander';
import type { Context } from './context.ts';
import { CommandFailure, UsageError } from './failures.ts';
import { readSecretFile } from './files.ts';
import { addSettingsOptions, type SettingsOptions, settingsFrom } from './settings.ts';

/** What the options of {@link addApiOptions} say. */
export interface ApiOptions extends SettingsOptions {
  readonly apiUrl?: string;
  readonly secretKeyFile?: string;
}

/** Adds what a command needs to call the REST API. The key itself is never an argument. */
export function addApiOptions(command: Command): Command {
  return addSettingsOptions(command)
    .option('--api-url <url>', 'where the REST API is (TORII_API_URL)')
    .option('--secret-key-file <file>', 'a file that holds the secret key; - is standard input (TORII_SECRET_KEY)');
}

/**
 * A client as flags, environment and `.env` say.
 *
 * @throws UsageError, or ToriiConfigError naming what is wrong with the key or the URL
 */
export async function clientFor(context: Context, options: ApiOptions): Promise<ToriiClient> {
  const find = settingsFrom(context, options);
  const { secretKeyFile } = options;
  const key = find('TORII_SECRET_KEY', secretKeyFile && (await readSecretFile(context, secretKeyFile)));
  const url = find('TORII_API_URL', options.apiUrl);
  // A .env that came with somebody's code must not choose where a key goes that it did not bring.
  if (url?.origin === '.env' && key !== undefined && key.origin !== '.env') {
    throw new UsageError(
      'TORII_API_URL stands in .env and the secret key does not: torii does not send your key where a file of this folder says. ' +
        'Give --api-url, or set TORII_API_URL beside the key.',
    );
  }
  return createToriiClient({ secretKey: key?.text, apiUrl: url?.text });
}

/** Whether a person named a user by email. Ids have no @. */
function isEmail(who: string): boolean {
  return who.includes('@');
}

/**
 * The user with an id, or with exactly this email.
 *
 * @throws CommandFailure where nobody has the email; what the client throws
 */
export async function findUser(torii: ToriiClient, who: string, signal: AbortSignal): Promise<User> {
  if (!isEmail(who)) return torii.users.get(who, { signal });
  const wanted = foldCase(who);
  // The API finds parts of an email, so that a longer one may come first.
  for await (const user of torii.users.list({ email: who, limit: 100 }, { signal })) {
    if (user.status !== 'deleted' && foldCase(user.email ?? '') === wanted) return user;
  }
  throw new CommandFailure(`No user has the email ${who}.`);
}

/** The id of a user who may be named by email. */
export async function findUserId(torii: ToriiClient, who: string, signal: AbortSignal): Promise<string> {
  return isEmail(who) ? (await findUser(torii, who, signal)).id : who;
}

function foldCase(email: string): string {
  return email.normalize('NFC').toLowerCase();
}
