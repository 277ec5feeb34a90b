import { createToriiClient, type ToriiClient, type User } from '@torii/api';
import type { RevocationAnnouncer } from '@torii/core';
import type { Command } from 'commander';
import type { Context } from './context.ts';
import { CommandFailure, UsageError } from './failures.ts';
import { readSecretFile } from './files.ts';
import { demandEach } from './listing.ts';
import { addSettingsOptions, type Setting, type SettingsOptions, settingsFrom } from './settings.ts';

export interface ApiOptions extends SettingsOptions {
  readonly apiUrl?: string;
  readonly secretKeyFile?: string;
}

/** Adds the options for calling the REST API. None takes the secret key itself: arguments are visible in `ps`. */
export function addApiOptions(command: Command): Command {
  return addSettingsOptions(command)
    .option('--api-url <url>', 'URL of the REST API (TORII_API_URL)')
    .option('--secret-key-file <file>', 'file with the secret key; - is standard input (TORII_SECRET_KEY)');
}

export interface ApiSettings {
  readonly key: Setting | undefined;
  readonly url: Setting | undefined;
}

/** Finds the secret key and the URL of the REST API in the flags, the environment and `.env`, without checking them. */
export async function apiSettingsFrom(context: Context, options: ApiOptions): Promise<ApiSettings> {
  const find = settingsFrom(context, options);
  const { secretKeyFile } = options;
  const key = find('TORII_SECRET_KEY', secretKeyFile && (await readSecretFile(context, secretKeyFile)));
  return { key, url: find('TORII_API_URL', options.apiUrl) };
}

/**
 * Creates a REST client from the flags, the environment and `.env`.
 *
 * @throws ToriiConfigError if the secret key or the URL is invalid
 * @throws UsageError if the secret key is missing, or if `.env` sets the API URL and the secret key comes from
 * elsewhere: a cloned repository's `.env` could send the caller's key to an attacker's server
 */
export async function clientFor(
  context: Context,
  options: ApiOptions,
  revocations?: RevocationAnnouncer,
): Promise<ToriiClient> {
  return clientWith(await apiSettingsFrom(context, options), revocations);
}

/** Creates a REST client from settings. It announces to `revocations`, if given. Throws like {@link clientFor}. */
export function clientWith({ key, url }: ApiSettings, revocations?: RevocationAnnouncer): ToriiClient {
  if (url?.origin === '.env' && key !== undefined && key.origin !== '.env') {
    throw new UsageError(
      'TORII_API_URL comes from .env, but the secret key does not. torii does not send your key to a URL from a file in this folder. ' +
        'Use --api-url, or set TORII_API_URL in the same place as the key.',
      'apiUrl',
    );
  }
  if (key === undefined) {
    throw new UsageError(
      'TORII_SECRET_KEY is not set. Set it to the secret key (sk_…) of your environment, in the environment or in .env, or ' +
        'use --secret-key-file FILE.',
      'secretKey',
    );
  }
  return createToriiClient({
    secretKey: key.text,
    apiUrl: url?.text,
    ...(revocations !== undefined && { revocations }),
  });
}

/** Tells an email from an id, which never contains an @. */
export function isEmail(who: string): boolean {
  return who.includes('@');
}

export async function findUser(client: ToriiClient, who: string, signal: AbortSignal): Promise<User> {
  if (!isEmail(who)) return client.users.get(who, { signal });
  const wanted = foldCase(who);
  // The API also returns users whose email only contains the text, so look for the exact email.
  for await (const user of usersOf(client.users.list({ email: who, limit: 100 }, { signal }))) {
    if (user.status !== 'deleted' && foldCase(user.email) === wanted) return user;
  }
  throw new CommandFailure(`No user has the email ${who}.`);
}

export async function findUserId(client: ToriiClient, who: string, signal: AbortSignal): Promise<string> {
  return isEmail(who) ? (await findUser(client, who, signal)).id : who;
}

/** An email for a comparison: Torii compares emails without case. */
export function foldCase(email: string | null | undefined): string | undefined {
  return typeof email === 'string' ? email.normalize('NFC').toLowerCase() : undefined;
}

/** Checks the users of a list. */
export function usersOf(users: AsyncIterable<User>): AsyncGenerator<User> {
  return demandEach(users, 'id', 'a user');
}
