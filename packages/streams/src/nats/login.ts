import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { assertOption, readKnownOptions } from '@torii/core/adapter';
import { readTextFile } from './text-file.ts';

/** How to log in at NATS. One of these; none where the server asks for none, or goes by the client certificate. */
export type NatsLogin =
  | { readonly user: string | undefined; readonly password: string | undefined }
  | { readonly token: string | undefined }
  /** A `.creds` file, as `nsc` writes it. */
  | { readonly credentialsFile: string | undefined }
  /** The seed of an nkey: `SU…`. */
  | { readonly nkeySeed: string | undefined };

const ways = ['user', 'token', 'credentialsFile', 'nkeySeed'] as const;
const names = [...ways, 'password'] as const;

type LoginValues = Readonly<Partial<Record<(typeof names)[number], unknown>>>;

/** What says to NATS who we are. */
export interface NatsIdentity {
  readonly authenticator: Authenticator;
  /** Whether it sends what others could log in with. An nkey and a `.creds` file sign a challenge instead. */
  readonly sendsSecret: boolean;
}

/** @throws ToriiConfigError for a login that says nothing, or several things at once */
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
    assertOption('login.nkeySeed', /^SU[A-Z2-7]{56}$/.test(seed), "is no seed of a user's nkey: it begins with SU");
    const authenticator = nkeyAuthenticator(new TextEncoder().encode(seed));
    assertOption('login.nkeySeed', canSign(authenticator), 'is damaged: its checksum is wrong. Copy it again');
    return authenticator;
  }
  return readCredentials(read('credentialsFile', login.credentialsFile));
}

async function readCredentials(path: string): Promise<Authenticator> {
  const option = 'login.credentialsFile';
  // NATS reads line by line and takes a CR for a part of the seed.
  const text = (await readTextFile(option, path)).replaceAll('\r\n', '\n');
  const authenticator = credsAuthenticator(new TextEncoder().encode(text));
  const isWhole = text.includes('BEGIN NATS USER JWT') && text.includes('BEGIN USER NKEY SEED');
  assertOption(option, isWhole && canSign(authenticator), 'is no file of credentials: nsc generate creds writes one');
  return authenticator;
}

// Now: NATS would find out when it connects, and throw what is not ours. Without that error, which may quote the seed.
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
    `${problem}: set the variable that you read it from`,
  );
  return value;
}
