import type { Command } from 'commander';
import { wholeNumber } from '../arguments.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../failures.ts';
import { type FindSetting, type Setting, type SettingsOptions, settingsFrom } from '../settings.ts';
import { readStoreAddress, type StoreAddress } from './store-address.ts';

export interface StoreOptions extends SettingsOptions {
  readonly store?: string;
  readonly issuer?: string | readonly string[];
  readonly environmentId?: string;
  readonly maxTokenSeconds?: number;
  readonly bucket?: string;
}

/** How to reach the revocations of an environment. */
export interface RevocationSettings {
  readonly address: StoreAddress;
  readonly issuer: string;
  readonly environmentId: string;
  readonly maxTokenSeconds: number | undefined;
  readonly signingKeys: readonly string[] | undefined;
  /** The bucket of NATS, if it is not the default. */
  readonly bucket: string | undefined;
  /** For the login of NATS. */
  readonly find: FindSetting;
  readonly origin: Setting['origin'];
}

const storeName = '--store (TORII_REVOCATIONS_STORE)';

const help = `
Only from the environment or .env:
  TORII_REVOCATIONS_SIGNING_KEYS
    the signingKeys of your servers,
    separated by commas
  NATS_CREDS, NATS_USER, …
    the login of NATS, as for torii keys`;

/** Adds the options that say where the revocations are. None takes a password or key: `ps` shows arguments. */
export function addStoreOptions(command: Command): Command {
  return command
    .option('--store <url>', 'Redis, Valkey or NATS (TORII_REVOCATIONS_STORE)')
    .option('--environment-id <id>', 'environment of the tokens (TORII_ENVIRONMENT_ID)')
    .option(
      '--max-token-seconds <number>',
      'maxTokenSeconds of your servers (TORII_MAX_TOKEN_SECONDS)',
      wholeNumber(60, 86_400),
    )
    .option('--bucket <name>', 'bucket of NATS (TORII_REVOCATIONS_BUCKET)')
    .addHelpText('after', help);
}

export function addIssuerOption(command: Command): Command {
  return command.option('--issuer <url>', 'issuer of the tokens (TORII_ISSUER)');
}

/** Whether the flags, the environment or `.env` name a store. */
export function findStore(context: Context, options: StoreOptions): Setting | undefined {
  return settingsFrom(context, options)('TORII_REVOCATIONS_STORE', options.store);
}

/** @throws UsageError if a setting is missing or wrong, or if it would send a secret to a store from another `.env` */
export function revocationSettingsFrom(context: Context, options: StoreOptions): RevocationSettings {
  const find = settingsFrom(context, options);
  const store = findStore(context, options);
  if (store === undefined) {
    throw new UsageError(
      'The store of the revocations is missing. Set TORII_REVOCATIONS_STORE to the Redis or NATS of your servers, such as ' +
        'redis://127.0.0.1:6379, or use --store.',
    );
  }
  const address = readStoreAddress(store.text, storeName);
  if (address.kind === 'redis' && address.password !== undefined && options.store !== undefined) {
    throw new UsageError(
      'A password cannot be passed on the command line: other users of this machine and the shell’s history can see it. ' +
        'Set TORII_REVOCATIONS_STORE to the whole URL, in the environment or in .env.',
    );
  }
  const signing = find('TORII_REVOCATIONS_SIGNING_KEYS');
  if (store.origin === '.env' && signing !== undefined && signing.origin !== '.env') {
    throw new UsageError(
      'TORII_REVOCATIONS_STORE comes from .env, but the signing keys do not. torii does not sign for a store from a file in this ' +
        'folder. Use --store, or set both in the same place.',
    );
  }
  const flag = typeof options.issuer === 'string' ? options.issuer : options.issuer?.[0];
  const lifetime = find('TORII_MAX_TOKEN_SECONDS')?.text;
  return {
    address,
    issuer: demand(
      find('TORII_ISSUER', flag),
      'issuer',
      'issuer',
      '--issuer https://acme.torii.so, or set TORII_ISSUER',
    ),
    environmentId: demand(
      find('TORII_ENVIRONMENT_ID', options.environmentId),
      'environment',
      'environmentId',
      '--environment-id, or set TORII_ENVIRONMENT_ID. It is the `pid` of its tokens: run torii token decode',
    ),
    maxTokenSeconds: options.maxTokenSeconds ?? (lifetime === undefined ? undefined : readSeconds(lifetime)),
    signingKeys: signing?.text.split(',').map((key) => key.trim()),
    bucket: find('TORII_REVOCATIONS_BUCKET', options.bucket)?.text,
    find,
    origin: store.origin,
  };
}

function demand(setting: Setting | undefined, what: string, option: string, remedy: string): string {
  if (setting === undefined) throw new UsageError(`The ${what} is missing. Use ${remedy}.`, option);
  return setting.text;
}

function readSeconds(text: string): number {
  if (/^\d{1,6}$/.test(text.trim())) return Number(text);
  throw new UsageError(
    'TORII_MAX_TOKEN_SECONDS is not a whole number. Write the maxTokenSeconds of your servers.',
    'maxTokenSeconds',
  );
}
