import { resolve } from 'node:path';
import type { SlotOptions } from '@torii/streams';
import type { ConnectedStore, NatsLogin, NatsOptions } from '@torii/streams/nats';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { readSecretFile } from '../../files.ts';
import { requirePackages } from '../../optional-package.ts';
import {
  addSettingsOptions,
  type FindSetting,
  type Setting,
  type SettingsOptions,
  settingsFrom,
} from '../../settings.ts';

export interface StoreOptions extends SettingsOptions {
  readonly servers?: string;
  readonly credentials?: string;
  readonly gateway?: string;
  readonly bucket?: string;
  readonly slotKey?: string;
}

const natsPackages = ['@nats-io/transport-node', '@nats-io/kv'];
/** The environment variables that hold a login for NATS. The `nats` command uses the same names. */
const loginNames = ['NATS_CREDS', 'NATS_NKEY', 'NATS_TOKEN', 'NATS_USER', 'NATS_PASSWORD'];

const help = `
Login, only from the environment or .env:
  NATS_CREDS     a credentials file
  NATS_NKEY      a file with a seed
  NATS_TOKEN
  NATS_USER and NATS_PASSWORD
  NATS_CA, NATS_CERT, NATS_KEY: PEM files`;

/** Adds the options that say where the key is published. None takes a password or token: `ps` shows arguments. */
export function addStoreOptions(command: Command): Command {
  return addSettingsOptions(command)
    .option('--servers <urls>', 'URLs of NATS, separated by commas (NATS_URL)')
    .option('--credentials <file>', 'credentials file for NATS (NATS_CREDS)')
    .option('--gateway <url>', 'URL of Turbocable’s gateway (GATEWAY_URL)')
    .option('--bucket <name>', 'bucket that holds the key (TURBOCABLE_JWT_KV_BUCKET)')
    .option('--slot-key <name>', 'name of the key in the bucket (TURBOCABLE_JWT_KV_KEY)')
    .addHelpText('after', help);
}

export function slotFrom(find: FindSetting, { bucket, slotKey }: StoreOptions): SlotOptions {
  return {
    bucket: find('TURBOCABLE_JWT_KV_BUCKET', bucket)?.text,
    key: find('TURBOCABLE_JWT_KV_KEY', slotKey)?.text,
  };
}

export async function withStore<T>(
  context: Context,
  options: StoreOptions,
  work: (store: ConnectedStore, find: FindSetting) => Promise<T>,
): Promise<T> {
  requirePackages('torii keys publish or rotate', natsPackages);
  const find = settingsFrom(context, options);
  const natsOptions = await natsOptionsFrom(context, find, options);
  const { connectStore } = await import('@torii/streams/nats');
  const store = await connectStore(natsOptions);
  try {
    return await work(store, find);
  } finally {
    await store.close();
  }
}

async function natsOptionsFrom(context: Context, find: FindSetting, options: StoreOptions): Promise<NatsOptions> {
  const servers = find('NATS_URL', options.servers);
  if (servers === undefined) {
    throw new UsageError('The URL of NATS is missing. Use --servers nats://127.0.0.1:4222, or set NATS_URL.');
  }
  const settings = loginNames.map((name) => find(name, name === 'NATS_CREDS' ? options.credentials : undefined));
  refuseForeignServer(servers, settings);
  const login = await loginFrom(context, settings);
  const path = (name: string): string | undefined => {
    const setting = find(name)?.text;
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
function refuseForeignServer(servers: Setting, login: readonly (Setting | undefined)[]): void {
  if (servers.origin !== '.env') return;
  if (login.every((setting) => setting === undefined || setting.origin === '.env')) return;
  throw new UsageError(
    'NATS_URL comes from .env, but the login does not. torii does not send your login to a URL from a file in this folder. ' +
      'Use --servers, or set NATS_URL in the same place as the login.',
  );
}
