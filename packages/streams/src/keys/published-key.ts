import { type KeyStore, Slot, type SlotOptions } from './slot.ts';

/** What stands where the gateway looks for its key. */
export interface PublishedKey {
  /** The slot's whole name, `TC_PUBKEYS/rails_public_key`. */
  readonly slot: string;
  /** The key's id; null where nothing stands there, or what is no key. */
  readonly keyId: string | null;
  readonly isEmpty: boolean;
  /** 0 where nothing was ever written. */
  readonly revision: number;
}

/**
 * Looks at what is published, and changes nothing: before a deploy, or for a page of your own.
 *
 * @throws ToriiConfigError for a wrong option
 * @throws ToriiStreamError what the store throws: `store_unavailable`, `store_refused`, `bucket_unfit`
 */
export async function readPublishedKey(kv: KeyStore, options: SlotOptions = {}): Promise<PublishedKey> {
  const slot = new Slot(kv, options);
  const { publicKey, isEmpty, revision } = await slot.read();
  return { slot: slot.name, keyId: publicKey?.keyId ?? null, isEmpty, revision };
}
