import type { KeyObject } from 'node:crypto';
import type { Fetch } from '@torii/core';
import {
  type AwaitGuard,
  createAwaitGuard,
  emitterFor,
  omitUndefined,
  readFunction,
  readKnownOptions,
} from '@torii/core/internal';
import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';
import { maxPropagationMs, readGateway, waitUntilServed } from './gateway.ts';
import { type PublicKey, readPublicKey } from './rsa-key.ts';
import { type KeyStore, Slot, type SlotEntry, type SlotOptions, type Written } from './slot.ts';

export interface PublishOptions extends SlotOptions {
  /**
   * The published public key that the new key may replace. If absent, publishing a different key throws `slot_taken`,
   * so that an app process of an old release cannot undo a key rotation when it starts.
   */
  readonly replaces?: string | KeyObject | undefined;
  /** The gateway's address. If set, `publishPublicKey` waits up to five seconds until the gateway uses the key. */
  readonly gatewayUrl?: string | undefined;
  /** The function that sends requests to the gateway. Defaults to the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
  /**
   * Called with `key_published`, and with `key_not_served` or `gateway_unavailable` if the gateway does not use the key
   * or does not answer.
   */
  readonly onEvent?: StreamEventListener | undefined;
}

/** The result of `publishPublicKey`. */
export interface Publication {
  /** The store's revision of the entry that holds the key. */
  readonly revision: number;
  /** Whether this call changed the store entry: `false` if the entry already held the key as SPKI PEM. */
  readonly changed: boolean;
  /** The key's thumbprint (RFC 7638), which is the `kid` of tokens. */
  readonly keyId: string;
  /** Whether the gateway uses the key; `null` if `gatewayUrl` is not set or the gateway did not answer. */
  readonly served: boolean | null;
}

const fields = { revision: true, changed: true, keyId: true, served: true } satisfies Record<keyof Publication, true>;
const guardPublication: AwaitGuard = createAwaitGuard(fields);

const optionNames = ['bucket', 'key', 'replaces', 'gatewayUrl', 'fetch', 'onEvent'] as const;

/**
 * Writes a public key to the store entry that the gateway reads its key from (the slot). If the entry already holds the
 * key, changes nothing, so every process of your app can call this function when it starts.
 *
 * @example
 * await publishPublicKey(kv, signer.publicKey, { gatewayUrl: process.env.GATEWAY_URL });
 *
 * @throws ToriiConfigError for a wrong option, a private key in any form, or a key that is not RSA of 2048 to 8192 bits
 * @throws ToriiStreamError `slot_taken` if another key is published, `publish_conflict` if another process wrote at the
 * same time, and `store_unavailable`, `store_refused` or `bucket_unfit` from the store
 */
export function publishPublicKey(
  kv: KeyStore,
  key: string | KeyObject | undefined,
  options: PublishOptions = {},
): Promise<Publication> {
  return guardPublication(publish(kv, key, options));
}

async function publish(
  kv: KeyStore,
  key: string | KeyObject | undefined,
  options: PublishOptions,
): Promise<Publication> {
  const given = readKnownOptions(options, optionNames, '{ gatewayUrl }');
  const own = omitUndefined(given, ['bucket', 'key', 'replaces', 'gatewayUrl']);
  const publicKey = readPublicKey('publicKey', key);
  const replaced = 'replaces' in own ? readPublicKey('replaces', own.replaces) : undefined;
  const fetch = readFunction<Fetch>(own, 'fetch');
  const gateway = 'gatewayUrl' in own ? readGateway(own.gatewayUrl, fetch) : undefined;
  const slot = new Slot(kv, own);
  const emit = emitterFor(readFunction<StreamEventListener>(own, 'onEvent'));
  const { keyId } = publicKey;

  const before = await slot.read();
  const isPublished = before.isPlain && before.publicKey?.keyId === keyId;
  const { revision, changed } = isPublished
    ? { revision: before.revision, changed: false }
    : await replace(slot, before, publicKey, replaced);
  emit({ type: 'key_published', keyId, revision, changed });
  if (gateway === undefined) return { revision, changed, keyId, served: null };
  const served = await waitUntilServed(gateway, keyId, maxPropagationMs);
  if (served.problem !== undefined) {
    emit({ type: 'gateway_unavailable', problem: served.problem, cause: served.cause });
  } else if (!served.isServed) emit({ type: 'key_not_served', keyId, servedKeyId: served.keyId });
  return { revision, changed, keyId, served: served.problem === undefined ? served.isServed : null };
}

async function replace(
  slot: Slot,
  before: SlotEntry,
  key: PublicKey,
  replaced: PublicKey | undefined,
): Promise<Written> {
  const replaceable = [key.keyId, replaced?.keyId];
  if (before.isEmpty || (before.publicKey && replaceable.includes(before.publicKey.keyId))) {
    return slot.write(key, before.revision);
  }
  const held = before.publicKey === null ? 'something other than a key' : `the key ${before.publicKey.keyId}`;
  const remedy =
    before.publicKey === null
      ? 'Delete it from the bucket, then publish again'
      : 'If your key is newer, rotate (`torii keys rotate`), or set `replaces` to the key to replace. ' +
        'If this is a node of an old release, stop it';
  throw new ToriiStreamError('slot_taken', `${slot.name} holds ${held}, which was not replaced. ${remedy}.`);
}
