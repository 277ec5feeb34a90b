import type { SlotOptions } from '@torii/streams';
import type { ConnectedStore } from '@torii/streams/nats';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { natsOptionsFrom } from '../../nats-options.ts';
import { requirePackages } from '../../optional-package.ts';
import { addSettingsOptions, type FindSetting, type SettingsOptions, settingsFrom } from '../../settings.ts';

export interface StoreOptions extends SettingsOptions {
  readonly servers?: string;
  readonly credentials?: string;
  readonly gateway?: string;
  readonly bucket?: string;
  readonly slotKey?: string;
}

const natsPackages = ['@nats-io/transport-node', '@nats-io/kv'];
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
  const servers = find('NATS_URL', options.servers);
  if (servers === undefined) {
    throw new UsageError(
      'The URL of NATS is missing. Use --servers nats://127.0.0.1:4222, or set NATS_URL.',
      'servers',
    );
  }
  const natsOptions = await natsOptionsFrom(context, find, { servers, credentials: options.credentials });
  const { connectStore } = await import('@torii/streams/nats');
  const store = await connectStore(natsOptions);
  try {
    return await work(store, find);
  } finally {
    await store.close();
  }
}
