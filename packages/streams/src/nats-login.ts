import { readFile } from 'node:fs/promises';
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { ToriiConfigError } from '@torii/core';
import { demand } from './demand.ts';

/** How to log in at NATS. One of these; none where the server asks for none, or goes by the client certificate. */
export type NatsLogin =
  | { readonly user: string | undefined; readonly password: string | undefined }
  | { readonly token: string | undefined }
  /** A `.creds` file, as `nsc` writes it. */
  | { readonly credentialsFile: string | undefined }
  /** The seed of an nkey: `SU…`. */
  | { readonly nkeySeed: string | undefined };

const ways = ['user', 'token', 'credentialsFile', 'nkeySeed'] as const;

/**
 * What says to NATS who we are.
 *
 * @throws ToriiConfigError for a login that says nothing, or several things at once
 */
export async function authenticatorFor(login: NatsLogin): Promise<Authenticator> {
  demand('login', typeof login === 'object' && login !== null, 'is not an object: write login: { user, password }');
  const given = ways.filter((way) => way in login);
  demand('login', given.length === 1, `is not one of { user, password }, { ${ways.slice(1).join(' }, { ')} }`);
  if ('user' in login) {
    return usernamePasswordAuthenticator(read('user', login.user), read('password', login.password));
  }
  if ('token' in login) return tokenAuthenticator(read('token', login.token));
  if ('nkeySeed' in login) {
    const seed = read('nkeySeed', login.nkeySeed).trim();
    demand('login.nkeySeed', /^SU[A-Z2-7]{56}$/.test(seed), "is no seed of a user's nkey: it begins with SU");
    return nkeyAuthenticator(new TextEncoder().encode(seed));
  }
  return credsAuthenticator(await readCredentials(read('credentialsFile', login.credentialsFile)));
}

async function readCredentials(path: string): Promise<Uint8Array> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ToriiConfigError('login.credentialsFile', '`login.credentialsFile` cannot be read.', { cause });
  });
  const isWhole = text.includes('BEGIN NATS USER JWT') && text.includes('BEGIN USER NKEY SEED');
  demand('login.credentialsFile', isWhole, 'is no file of credentials: nsc generate creds writes one');
  return new TextEncoder().encode(text);
}

function read(name: string, value: string | undefined): string {
  const problem = value === undefined ? 'is undefined' : 'is empty';
  demand(
    `login.${name}`,
    typeof value === 'string' && value !== '',
    `${problem}: set the variable that you read it from`,
  );
  return value;
}
