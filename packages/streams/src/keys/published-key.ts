import { type KeyStore, Slot, type SlotOptions } from './slot.ts';

/** The state of the slot: the place in the store where the gateway looks for its key. */
export interface PublishedKey {
  /** Bucket and key, such as `TC_PUBKEYS/rails_public_key`. */
  readonly slot: string;
  /** The id of the published key; `null` if the slot is empty or holds something other than a key. */
  readonly keyId: string | null;
  readonly isEmpty: boolean;
  /** The store's revision of the slot. 0 if the slot was never written. */
  readonly revision: number;
}

/**
 * Reads which key is published, for example in a health check or before a deploy. Changes nothing.
 *
 * @throws ToriiConfigError for a wrong option
 * @throws ToriiStreamError `store_unavailable`, `store_refused` or `bucket_unfit`, from the store
 */
export async function readPublishedKey(kv: KeyStore, options: SlotOptions = {}): Promise<PublishedKey> {
  const slot = new Slot(kv, options);
  const { publicKey, isEmpty, revision } = await slot.read();
  return { slot: slot.name, keyId: publicKey?.keyId ?? null, isEmpty, revision };
}
