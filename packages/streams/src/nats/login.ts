import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { assertOption, readKnownOptions } from '@torii/core/internal';
import { readTextFile } from './text-file.ts';

/** How to log in to NATS: exactly one of these forms. */
export type NatsLogin =
  | { readonly user: string | undefined; readonly password: string | undefined }
  | { readonly token: string | undefined }
  /** The path of a `.creds` file, as created by `nsc`. */
  | { readonly credentialsFile: string | undefined }
  /** The seed of a user's nkey: `SU…`. */
  | { readonly nkeySeed: string | undefined };

const ways = ['user', 'token', 'credentialsFile', 'nkeySeed'] as const;
const names = [...ways, 'password'] as const;

type LoginValues = Readonly<Partial<Record<(typeof names)[number], unknown>>>;

export interface NatsIdentity {
  readonly authenticator: Authenticator;
  readonly sendsSecret: boolean;
}

export async function readLogin(given: unknown): Promise<NatsIdentity> {
  const login = readKnownOptions(given as LoginValues, names, 'login: { user, password }', 'login');
  const found = ways.filter((way) => way in login);
  const isPaired = 'user' in login || !('password' in login);
  assertOption(
    'login',
    found.length === 1 && isPaired,
    `must be one of { user, password }, { ${ways.slice(1).join(' }, { ')} }`,
  );
  return { authenticator: await authenticatorFor(login), sendsSecret: 'user' in login || 'token' in login };
}

async function authenticatorFor(login: LoginValues): Promise<Authenticator> {
  if ('user' in login) {
    return usernamePasswordAuthenticator(read('user', login.user), read('password', login.password));
  }
  if ('token' in login) return tokenAuthenticator(read('token', login.token));
  if ('nkeySeed' in login) {
    const seed = read('nkeySeed', login.nkeySeed).trim();
    assertOption(
      'login.nkeySeed',
      /^SU[A-Z2-7]{56}$/.test(seed),
      "is not the seed of a user's nkey, which has 58 characters and begins with SU",
    );
    const authenticator = nkeyAuthenticator(new TextEncoder().encode(seed));
    assertOption('login.nkeySeed', canSign(authenticator), 'has a wrong checksum. Copy it again');
    return authenticator;
  }
  return readCredentials(read('credentialsFile', login.credentialsFile));
}

async function readCredentials(path: string): Promise<Authenticator> {
  const option = 'login.credentialsFile';
  const text = await readTextFile(option, path);
  const authenticator = credsAuthenticator(new TextEncoder().encode(text));
  const isComplete = text.includes('BEGIN NATS USER JWT') && text.includes('BEGIN USER NKEY SEED');
  assertOption(
    option,
    isComplete && canSign(authenticator),
    'is not a valid credentials file. Create one with nsc generate creds',
  );
  return authenticator;
}

// Discards the error of the NATS client, because its message can contain the secret seed.
function canSign(authenticator: Authenticator): boolean {
  try {
    authenticator('a challenge');
    return true;
  } catch {
    return false;
  }
}

function read(name: string, value: unknown): string {
  const problem = value === undefined ? 'is undefined' : 'is empty';
  assertOption(
    `login.${name}`,
    typeof value === 'string' && value !== '',
    `${problem}. Set the environment variable that it is read from`,
  );
  return value;
}
