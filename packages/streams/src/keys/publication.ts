import type { KeyObject } from 'node:crypto';
import type { Fetch } from '@torii/core';
import { emitterFor, omitUndefined, readFunction, readKnownOptions } from '@torii/core/adapter';
import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';
import { propagationMs, readGateway, waitUntilServed } from './gateway.ts';
import { type PublicKey, readPublicKey } from './rsa-key.ts';
import { type KeyStore, Slot, type SlotEntry, type SlotOptions, type Written } from './slot.ts';

export interface PublishOptions extends SlotOptions {
  /**
   * The public key that may be replaced. Left out, a slot that holds another key is left alone: a node of an old release
   * that boots in the middle of a rotation must not undo it.
   */
  readonly replaces?: string | KeyObject | undefined;
  /** Where the gateway is, to be asked whether it uses the key. Left out, it is not asked. */
  readonly gatewayUrl?: string | undefined;
  readonly fetch?: Fetch | undefined;
  /** Told of `key_published`, and of `key_not_served` where the gateway goes on with another key. */
  readonly onEvent?: StreamEventListener | undefined;
}

/** What became of a publication. */
export interface Publication {
  /** The slot's revision that holds the key. */
  readonly revision: number;
  /** False where the key stood there already, as PEM that the gateway can read. */
  readonly changed: boolean;
  /** The key's thumbprint, as it stands in tokens. */
  readonly keyId: string;
  /** Whether the gateway uses the key; null where nobody asked, or it did not say. */
  readonly served: boolean | null;
}

const optionNames = ['bucket', 'key', 'replaces', 'gatewayUrl', 'fetch', 'onEvent'] as const;

/**
 * Puts a public key where the gateway looks for it. The same key again changes nothing, so that every node may do it when
 * it starts.
 *
 * @throws ToriiConfigError for a wrong key: anything private, in whatever form, and anything but RSA of 2048 bits or more
 * @throws ToriiStreamError `slot_taken` where another key stands there, `publish_conflict` where somebody was faster,
 * and what the store throws: `store_unavailable`, `store_refused`, `bucket_unfit`
 */
export async function publishPublicKey(
  kv: KeyStore,
  key: string | KeyObject | undefined,
  options: PublishOptions = {},
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
  const isThere = before.isPlain && before.publicKey?.keyId === keyId;
  const { revision, changed } = isThere
    ? { revision: before.revision, changed: false }
    : await replace(slot, before, publicKey, replaced);
  emit({ type: 'key_published', keyId, revision, changed });
  if (gateway === undefined) return { revision, changed, keyId, served: null };
  const served = await waitUntilServed(gateway, keyId, propagationMs);
  if (served.problem !== undefined) emit({ type: 'gateway_unavailable', problem: served.problem });
  else if (!served.isServed) emit({ type: 'key_not_served', keyId, servedKeyId: served.keyId });
  return { revision, changed, keyId, served: served.problem === undefined ? served.isServed : null };
}

async function replace(
  slot: Slot,
  before: SlotEntry,
  key: PublicKey,
  replaced: PublicKey | undefined,
): Promise<Written> {
  const mayGo = [key.keyId, replaced?.keyId];
  if (before.isEmpty || (before.publicKey && mayGo.includes(before.publicKey.keyId))) {
    return slot.write(key, before.revision);
  }
  const held = before.publicKey === null ? 'something that is no key' : `the key ${before.publicKey.keyId}`;
  const remedy =
    'An old release must not undo a rotation: if this one is newer, rotate (see docs/key-rotation.md), or name the key ' +
    'that may go in `replaces`. What is no key, delete from the bucket';
  throw new ToriiStreamError('slot_taken', `${slot.name} holds ${held}, and was left alone. ${remedy}.`);
}
