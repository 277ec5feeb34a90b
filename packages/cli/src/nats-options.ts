import { resolve } from 'node:path';
import type { NatsLogin, NatsOptions } from '@torii/streams/nats';
import type { Context } from './context.ts';
import { UsageError } from './failures.ts';
import { readSecretFile } from './files.ts';
import type { FindSetting, Setting } from './settings.ts';

/** The environment variables that hold a login for NATS. The `nats` command uses the same names. */
const loginNames = ['NATS_CREDS', 'NATS_NKEY', 'NATS_TOKEN', 'NATS_USER', 'NATS_PASSWORD'];

interface NatsPlace {
  readonly servers: Setting;
  /** The variable that named the servers, for messages. */
  readonly name?: string;
  readonly credentials?: string | undefined;
}

/**
 * The servers, login and TLS of NATS from the flags, the environment and `.env`.
 *
 * @throws UsageError if several logins are set, or if `.env` names the servers and the login comes from elsewhere
 */
export async function natsOptionsFrom(
  context: Context,
  find: FindSetting,
  { servers, name = 'NATS_URL', credentials }: NatsPlace,
): Promise<NatsOptions> {
  const settings = loginNames.map((each) => find(each, each === 'NATS_CREDS' ? credentials : undefined));
  refuseForeignServer(servers, name, settings);
  const login = await loginFrom(context, settings);
  const path = (variable: string): string | undefined => {
    const setting = find(variable)?.text;
    return setting === undefined ? undefined : resolve(context.cwd, setting);
  };
  const tls = { caFile: path('NATS_CA'), certFile: path('NATS_CERT'), keyFile: path('NATS_KEY') };
  const hasTls = Object.values(tls).some((file) => file !== undefined);
  return {
    servers: servers.text,
    ...(login !== undefined && { login }),
    ...(hasTls && { tls }),
  };
}

async function loginFrom(context: Context, settings: readonly (Setting | undefined)[]): Promise<NatsLogin | undefined> {
  const [credentials, nkey, token, user, password] = settings.map((setting) => setting?.text);
  const ways = [credentials, nkey, token, user ?? password].filter((each) => each !== undefined);
  if (ways.length > 1)
    throw new UsageError(
      'Several logins for NATS are set. Set one of NATS_CREDS, NATS_NKEY, NATS_TOKEN, or NATS_USER with NATS_PASSWORD.',
    );
  if (credentials !== undefined) return { credentialsFile: resolve(context.cwd, credentials) };
  if (nkey !== undefined) return { nkeySeed: await readSecretFile(context, nkey) };
  if (token !== undefined) return { token };
  return ways.length === 0 ? undefined : { user, password };
}

/** Refuses a URL from `.env` for a login from elsewhere: a cloned repository's `.env` can name an attacker's server. */
function refuseForeignServer(servers: Setting, name: string, login: readonly (Setting | undefined)[]): void {
  if (servers.origin !== '.env') return;
  if (login.every((setting) => setting === undefined || setting.origin === '.env')) return;
  throw new UsageError(
    `${name} comes from .env, but the login does not. torii does not send your login to a URL from a file in this folder. ` +
      `Use ${name === 'NATS_URL' ? '--servers' : '--store'}, or set ${name} in the same place as the login.`,
  );
}
